//! What a script is lowered to: instructions for a machine with a stack, with names resolved and labels turned into places.

use super::builtin::Function;
use super::value::{ScalarType, Value};
use crate::syntax::{BinaryOperator, UnaryOperator};
use std::collections::HashMap;
use std::sync::Arc;

/// A variable, as seen from where the instruction stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Home {
    Local(u16),
    /// A local that holds where the value stands, or the value itself.
    ByRef(u16),
    Global(u16),
    /// A variable of `Me`.
    Member(u16),
}

/// How many values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Form {
    #[default]
    One,
    /// Whether it was declared without bounds.
    Array {
        is_dynamic: bool,
    },
    List,
}

/// Which operands may hold anything. Of the same two values, `+` and comparisons make something else if one of them stands in a Variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sides {
    pub left_is_loose: bool,
    pub right_is_loose: bool,
}

impl Sides {
    /// Both have a declared type.
    pub const TYPED: Self = Self {
        left_is_loose: false,
        right_is_loose: false,
    };
    /// Both are Variants.
    pub const LOOSE: Self = Self {
        left_is_loose: true,
        right_is_loose: true,
    };

    /// Whether the result is a Variant, which takes a larger type when a number does not fit.
    pub fn grow(self) -> bool {
        self.left_is_loose || self.right_is_loose
    }
}

/// The type of a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct VariableType {
    pub of: ScalarType,
    pub form: Form,
}

/// An instruction. The words in brackets are what it takes from the stack and what it puts there.
#[derive(Debug, Clone, Copy)]
pub(super) enum Op {
    /// A statement begins.
    Statement(u32),
    /// [→ value]
    Constant(u32),
    /// [→ value]
    Integer(i16),
    /// [→ value]
    Load(Home),
    /// [→ value] of a local, the most frequent of all.
    LoadLocal(u16),
    /// [→ reference]
    Refer(Home, ScalarType),
    /// [→ value or reference] as it is in the slot.
    LoadRaw(u16),
    /// [→ object]
    Me,
    /// [value →]
    Store(Home, ScalarType),
    /// [value →] whose type is known to be that of the local.
    StoreLocalSame(u16),
    /// [value →] an object, `Nothing` too.
    SetObject(Home, ScalarType),
    /// [array →] into a variable that was declared as an array.
    StoreArray(Home, ScalarType),
    /// [value →] put into a slot as it is.
    StoreRaw(u16),
    /// [value or reference →] what `With` is about: an object itself, where anything else stands.
    StoreWith(u16),
    /// [text →] put behind the text of a variable, if it is a text; else as `&`.
    Append(Home, ScalarType),
    /// [subscripts, value →]
    StoreElement(Home, ScalarType, u8, bool),
    /// [reference, subscripts, value →]
    SetIndex(u8, bool),
    /// [object, value →]
    SetMember(u32, bool),
    /// [object, arguments, value →] a Property Set with arguments, or an element of a member.
    SetMemberIndex(u32, u8, bool),
    /// [value or reference, subscripts → value or reference]
    Index {
        count: u8,
        wants_reference: bool,
    },
    /// [object → value or reference]
    GetMember {
        name: u32,
        wants_reference: bool,
    },
    /// [object, arguments → value or reference]
    CallMember {
        name: u32,
        count: u8,
        wants_reference: bool,
    },
    /// [reference, value →]
    Assign,
    /// [a, b → value]
    Binary {
        operator: BinaryOperator,
        sides: Sides,
        folds: bool,
    },
    /// [a → value]
    Unary {
        operator: UnaryOperator,
        grows: bool,
    },
    /// [value →]
    Pop,
    Jump(u32),
    /// [condition →]
    JumpUnless(u32),
    /// [condition →]
    JumpIf(u32),
    /// [arguments → result]
    Call {
        procedure: u32,
        count: u8,
    },
    /// [arguments → result] of a method of `Me`, as a base class has it.
    CallOwn {
        procedure: u32,
        count: u8,
    },
    /// [arguments → object]
    New {
        class: u32,
        count: u8,
    },
    /// [arguments → object] of a class of the host.
    Create {
        name: u32,
        count: u8,
    },
    /// [arguments → result]
    Function(Function, u8),
    /// [arguments → result] by the host.
    Outside {
        name: u32,
        count: u8,
    },
    Return,
    GoSub(u32),
    EndGoSub,
    /// [n →] the labels are those of the table.
    OnGoTo {
        table: u32,
        is_gosub: bool,
    },
    /// [number →] if `is_numbered`.
    OnError {
        action: Handler,
        is_numbered: bool,
    },
    Resume(Resumption),
    /// [number, text? →] `count` of them.
    Raise(u8),
    /// [number →] `Err = n`
    SetErr,
    /// [status →]
    End,
    /// [variable := from, limit, step → ] The three values go into the variable and two slots.
    ForStart {
        home: Home,
        of: ScalarType,
        slot: u16,
    },
    /// Leaves the loop when it is over.
    ForTest {
        home: Home,
        slot: u16,
        out: u32,
    },
    ForNext {
        home: Home,
        of: ScalarType,
        slot: u16,
    },
    /// [value or reference →] Three slots: the element, the container, the position.
    ForAllStart(u16),
    ForAllNext {
        slot: u16,
        out: u32,
    },
    /// [→ text] of the element that a ForAll is at.
    ListTag(u16),
    /// [bounds →] pairs, two for each dimension.
    ReDim {
        home: Home,
        of: ScalarType,
        count: u8,
        preserve: bool,
    },
    /// [reference →]
    Erase,
    /// [reference, tag → ]
    EraseElement,
    /// [reference, tag → truth]
    IsElement,
    /// [reference →]
    Delete,
    /// [text] something to print.
    Print(PrintOp),
    /// [values → value] a file statement, of the table.
    File {
        table: u32,
        count: u8,
    },
    /// [reference, arguments, text →] `Mid(s, …) = text`
    SetMid {
        count: u8,
        in_bytes: bool,
    },
    /// [reference, text →]
    Justify {
        from_right: bool,
    },
    /// A text for the trace: a variable was read or written; the value is on top of the stack.
    Trace {
        name: u32,
        is_write: bool,
    },
    /// Fails with the error and text of the table.
    Fail {
        number: i16,
        why: u32,
    },
}

/// What `On Error` sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Handler {
    GoTo(u32),
    ResumeNext,
    Off,
}

/// Where `Resume` goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Resumption {
    Same,
    Next,
    Label(u32),
}

/// Parts of a `Print`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PrintOp {
    /// [value →]
    Item,
    /// [column →]
    Tab,
    /// [count →]
    Spc,
    Zone,
    EndLine,
    /// What follows goes to a file.
    BeginFile,
    /// [number →]
    ToFile {
        ends_line: bool,
    },
}

/// A statement: where it stands and where its code is.
#[derive(Debug, Clone, Copy)]
pub(super) struct StatementInfo {
    pub file: u16,
    pub line: u32,
    /// Of the procedure around, whose first line is 1; what `Erl` gives.
    pub line_in_procedure: u32,
    pub start: u32,
    /// Where the statement behind it begins.
    pub next: u32,
}

/// A parameter.
#[derive(Debug, Clone)]
pub(super) struct ParameterInfo {
    pub by_value: bool,
    pub of: VariableType,
}

/// A procedure.
#[derive(Debug, Clone, Default)]
pub(super) struct ProcedureInfo {
    pub name: Arc<str>,
    pub file: u16,
    pub start: u32,
    pub parameters: Vec<ParameterInfo>,
    /// What the slots behind the parameters hold at first. The first is the result.
    pub slots: Vec<Value>,
    /// What it gives; of a sub, Variant.
    pub returns: ScalarType,
    /// Whether texts are compared without regard to case.
    pub folds: bool,
}

/// A member of a class.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct MemberInfo {
    pub field: Option<(u16, VariableType)>,
    pub method: Option<u32>,
    pub get: Option<u32>,
    pub set: Option<u32>,
    /// Only for procedures of the class and of those related to it.
    pub is_private: bool,
}

/// A class.
#[derive(Debug, Clone, Default)]
pub(super) struct ClassInfo {
    pub name: Arc<str>,
    pub base: Option<u16>,
    pub fields: Vec<Value>,
    /// All members, those of the bases too.
    pub members: HashMap<Arc<str>, MemberInfo>,
    /// `Sub New` of its own.
    pub new: Option<u32>,
    /// `Sub Delete` of its own.
    pub delete: Option<u32>,
}

/// A `Type`.
#[derive(Debug, Clone, Default)]
pub(super) struct RecordInfo {
    pub name: Arc<str>,
    pub fields: Vec<(Arc<str>, VariableType)>,
    pub initial: Vec<Value>,
}

/// All of a program.
#[derive(Debug, Default)]
pub(super) struct Code {
    pub ops: Vec<Op>,
    pub constants: Vec<Value>,
    pub names: Vec<Arc<str>>,
    pub statements: Vec<StatementInfo>,
    pub procedures: Vec<ProcedureInfo>,
    pub classes: Vec<ClassInfo>,
    pub records: Vec<RecordInfo>,
    pub globals: Vec<Value>,
    pub tables: Vec<Vec<u32>>,
    pub file_statements: Vec<super::host::FileStatement>,
    /// Names of files, for messages.
    pub files: Vec<Arc<str>>,
    /// Procedures of modules by their names.
    pub entries: HashMap<(usize, Arc<str>), u32>,
    /// What sets up the variables of each module.
    pub setups: Vec<u32>,
}
