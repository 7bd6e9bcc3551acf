//! Samples of design, looked at through the views.
