//! LotusScript from text to a tree and back.
