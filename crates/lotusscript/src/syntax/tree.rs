//! The tree of a script: what its statements and expressions are, each with its place.
//!
//! Nothing is resolved: whether `a(1)` calls a function or looks into an array is for who knows what `a` is. Where the source is wrong, the tree holds
//! [`StatementKind::Wrong`] and [`ExpressionKind::Missing`], and there is an error for each.

use super::token::Suffix;
use crate::place::Span;
use std::sync::Arc;

/// A name as it is written, without its suffix and without the `~` of escaped characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// As it is written.
    pub text: Arc<str>,
    /// In small letters: two names are the same if these are.
    pub key: Arc<str>,
    /// What it ends with.
    pub suffix: Option<Suffix>,
    /// Where it stands, with its suffix.
    pub span: Span,
}

/// The text of a literal, its delimiters taken off and doubled ones made single.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Text {
    pub value: Arc<str>,
    pub span: Span,
}

/// A statement.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub struct Statement {
    pub kind: StatementKind,
    pub span: Span,
}

/// Statements one after the other.
pub type Block = Vec<Statement>;

/// What a statement does.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum StatementKind {
    /// `Option …`
    Option(OptionKind),
    /// `DefInt A-Z`
    DefType(DefType),
    /// `Use "library"`; the name may be a constant.
    Use(Expression),
    /// `UseLSX "library"`
    UseLsx(Expression),
    /// `%Include "file"`
    Include(Text),
    /// `Sub`, `Function`, `Property Get`, `Property Set` with a body.
    Procedure(Box<Procedure>),
    /// `Declare Function … Lib`
    External(Box<External>),
    /// `Declare Sub …` without a library: the procedure comes further down.
    Forward(Box<Procedure>),
    /// `Declare Class …`: the class comes further down.
    ForwardClass {
        /// Its name.
        name: Name,
        /// Behind `As`.
        base: Option<Name>,
    },
    /// `Declare Type …`: the type comes further down.
    ForwardType(Name),
    /// `Type … End Type`
    Type(Box<TypeDefinition>),
    /// `Class … End Class`
    Class(Box<Class>),
    /// `Const`
    Const(ConstDeclaration),
    /// `Dim`, `Static`, `Public`, `Private`
    Dim(Declaration),
    /// `ReDim`
    ReDim {
        /// Whether what is in it stays.
        preserve: bool,
        /// What is made anew.
        variables: Vec<Variable>,
    },
    /// `Erase`
    Erase(Vec<Expression>),
    /// `Delete`
    Delete(Vec<Expression>),
    /// `x = …`, `Let x = …`, `Set x = …`, `LSet x = …`, `RSet x = …`
    Assign {
        /// By which word.
        form: AssignForm,
        /// What is changed.
        target: Expression,
        /// To what.
        value: Expression,
    },
    /// `Call f(x)` or `f x`: the expression is an [`ExpressionKind::Call`], or a name or member if there are no arguments.
    Call {
        /// Whether it begins with `Call`.
        explicit: bool,
        /// What is called, with its arguments.
        target: Expression,
    },
    /// `If`, over lines or on one.
    If(If),
    /// `If … GoTo label`
    IfGoTo {
        /// When.
        condition: Expression,
        /// Where to.
        label: Name,
        /// What stands behind `Else`.
        otherwise: Option<Block>,
    },
    /// `Select Case`
    Select(Select),
    /// `For … Next`
    For(Box<For>),
    /// `ForAll … End ForAll`
    ForAll(ForAll),
    /// `While … Wend`
    While {
        /// As long as.
        condition: Expression,
        /// What is done.
        body: Block,
    },
    /// `Do … Loop`
    Do(Do),
    /// `With … End With`
    With {
        /// What `.name` is a member of.
        object: Expression,
        /// What is done.
        body: Block,
    },
    /// `name:`
    Label(Name),
    /// `GoTo`
    GoTo(Name),
    /// `GoSub`
    GoSub(Name),
    /// `Return`
    Return,
    /// `On n GoTo a, b` or `On n GoSub a, b`
    OnGoTo {
        /// Which of the labels, from 1.
        selector: Expression,
        /// `GoSub`, not `GoTo`.
        is_gosub: bool,
        /// Where to.
        labels: Vec<Name>,
    },
    /// `On Error …`
    OnError {
        /// For which error only.
        number: Option<Expression>,
        /// What is done about it.
        action: ErrorAction,
    },
    /// `On Event name From object Call procedure`, or `Remove` of it.
    OnEvent {
        /// The event.
        event: Name,
        /// Whose.
        object: Expression,
        /// What is called, or no longer; all, if none is named behind `Remove`.
        procedure: Option<Expression>,
        /// `Remove`, not `Call`.
        is_removal: bool,
    },
    /// `Resume`, `Resume 0`, `Resume Next`, `Resume label`
    Resume(ResumeTarget),
    /// `Exit`
    Exit(ExitKind),
    /// `End`, with what it gives back.
    End(Option<Expression>),
    /// `Stop`
    Stop,
    /// `Print`, to the screen or a file.
    Print {
        /// `#n`
        file: Option<Expression>,
        /// What is printed.
        items: Vec<PrintItem>,
    },
    /// `Write #n, …`
    Write {
        /// `#n`
        file: Expression,
        /// What is written.
        items: Vec<Expression>,
    },
    /// `Input #n, …`
    Input {
        /// `#n`
        file: Expression,
        /// What is read into.
        targets: Vec<Expression>,
    },
    /// `Line Input #n, …`
    LineInput {
        /// `#n`
        file: Expression,
        /// What is read into.
        target: Expression,
    },
    /// `Open`
    Open(Box<Open>),
    /// `Close`; all files, if none is named.
    Close(Vec<Expression>),
    /// `Get #n, record, variable`
    Get(FileRecord),
    /// `Put #n, record, variable`
    Put(FileRecord),
    /// `Seek #n, position`
    Seek {
        /// `#n`
        file: Expression,
        /// From 1.
        position: Expression,
    },
    /// `Lock #n` and `Unlock #n`
    Lock {
        /// `Unlock`, not `Lock`.
        is_unlock: bool,
        /// `#n`
        file: Expression,
        /// The first record or byte.
        from: Option<Expression>,
        /// The last.
        to: Option<Expression>,
    },
    /// `Width #n, columns`
    Width {
        /// `#n`
        file: Expression,
        /// How many.
        columns: Expression,
    },
    /// `Name old As new`
    Rename {
        /// The file.
        from: Expression,
        /// What it is called from now on.
        to: Expression,
    },
    /// What could not be read; there is an error for it.
    Wrong,
}

/// What `Option` sets.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum OptionKind {
    /// `Option Declare`, or `Option Explicit`, which is the same.
    Declare,
    Public,
    /// `Option Base 0` or `1`
    Base(u8),
    /// `Option Compare`: case and pitch as far as said, or by bytes.
    Compare(Vec<Compare>),
}

/// How texts are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Compare {
    Case,
    NoCase,
    Pitch,
    NoPitch,
    Binary,
}

/// `DefInt A-Z`: of which type names are that have no other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefType {
    /// The type.
    pub of: BasicType,
    /// First letters, from and to, in small letters.
    pub ranges: Vec<(char, char)>,
}

/// The types that the language knows by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum BasicType {
    Boolean,
    Byte,
    Integer,
    Long,
    Single,
    Double,
    Currency,
    String,
    Variant,
}

/// A type as it is written behind `As`.
#[derive(Debug, Clone, PartialEq)]
pub enum TypeName {
    /// `As Integer`
    Basic(BasicType, Span),
    /// `As String * 20`
    FixedString(Box<Expression>, Span),
    /// `As Any`, of external functions.
    Any(Span),
    /// `As LMBCS String` or `As Unicode String`, of external functions.
    CodedString(Span),
    /// `As NotesDocument`, `As Person`
    Named(Name),
}

/// Who sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Visibility {
    Public,
    Private,
}

/// What sort of procedure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum ProcedureKind {
    Sub,
    Function,
    PropertyGet,
    PropertySet,
}

impl ProcedureKind {
    /// The word behind `End` and `Exit`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Sub => "Sub",
            Self::Function => "Function",
            Self::PropertyGet | Self::PropertySet => "Property",
        }
    }

    /// As it begins.
    pub fn words(self) -> &'static str {
        match self {
            Self::Sub => "Sub",
            Self::Function => "Function",
            Self::PropertyGet => "Property Get",
            Self::PropertySet => "Property Set",
        }
    }
}

/// A procedure.
#[derive(Debug, Clone, PartialEq)]
pub struct Procedure {
    /// What sort.
    pub kind: ProcedureKind,
    /// `Public` or `Private`, if said.
    pub visibility: Option<Visibility>,
    /// `Static`: its variables stay.
    pub is_static: bool,
    /// Its name; `New` and `Delete` are names too.
    pub name: Name,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// What it gives back, if said.
    pub returns: Option<TypeName>,
    /// `Sub New(…), Base(…)`: what the base class is made with.
    pub base_call: Option<BaseCall>,
    /// Its statements; none of a forward declaration.
    pub body: Block,
    /// Its first line.
    pub head: Span,
    /// Its last line; `None` if that is missing.
    pub end: Option<Span>,
}

/// `, Base(a, b)` behind `Sub New(…)`.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub struct BaseCall {
    pub class: Name,
    pub arguments: Vec<Argument>,
}

/// A function in another library.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub struct External {
    pub visibility: Option<Visibility>,
    pub is_function: bool,
    pub name: Name,
    pub library: Expression,
    pub alias: Option<Expression>,
    pub parameters: Vec<Parameter>,
    pub returns: Option<TypeName>,
}

/// A parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// `ByVal`
    pub by_value: bool,
    /// Its name.
    pub name: Name,
    /// `()` behind the name, or `List`.
    pub shape: Shape,
    /// Its type, if said.
    pub of: Option<TypeName>,
}

/// How many values a variable holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// One.
    Scalar,
    /// An array; no bounds, if they come later.
    Array(Vec<Bounds>),
    /// A list.
    List,
}

/// The bounds of one dimension.
#[derive(Debug, Clone, PartialEq)]
pub struct Bounds {
    /// In front of `To`.
    pub lower: Option<Expression>,
    /// The last subscript.
    pub upper: Expression,
}

/// `Type … End Type`
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub struct TypeDefinition {
    pub visibility: Option<Visibility>,
    pub name: Name,
    pub members: Vec<Variable>,
    pub end: Option<Span>,
}

/// `Class … End Class`
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub struct Class {
    pub visibility: Option<Visibility>,
    pub name: Name,
    /// Behind `As`.
    pub base: Option<Name>,
    /// Declarations, constants and procedures.
    pub members: Block,
    pub end: Option<Span>,
}

/// `Const a = 1, b = 2`
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub struct ConstDeclaration {
    pub visibility: Option<Visibility>,
    pub constants: Vec<Constant>,
}

/// One constant.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub struct Constant {
    pub name: Name,
    pub value: Expression,
}

/// `Dim a, b As Integer`
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub struct Declaration {
    pub kind: DeclarationKind,
    pub variables: Vec<Variable>,
}

/// By which word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum DeclarationKind {
    Dim,
    Static,
    Public,
    Private,
}

/// One variable.
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    /// Its name.
    pub name: Name,
    /// One value, an array or a list.
    pub shape: Shape,
    /// Its type, if said.
    pub of: Option<TypeName>,
    /// `As New Class(…)`: what it is made with.
    pub new: Option<Vec<Argument>>,
    /// From its name to the end of its type.
    pub span: Span,
}

/// By which word something is assigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum AssignForm {
    /// None, or `Let`.
    Let,
    Set,
    /// Into a string of fixed length, from the left.
    LSet,
    /// From the right.
    RSet,
}

/// `If`
#[derive(Debug, Clone, PartialEq)]
pub struct If {
    /// `If` and each `ElseIf`.
    pub branches: Vec<Branch>,
    /// `Else`
    pub otherwise: Option<Block>,
    /// Whether all of it stands on one line, without `End If`.
    pub on_one_line: bool,
}

/// A condition and what is done if it holds.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub struct Branch {
    pub condition: Expression,
    pub body: Block,
}

/// `Select Case`
#[derive(Debug, Clone, PartialEq)]
pub struct Select {
    /// What is looked at.
    pub subject: Expression,
    /// Each `Case`.
    pub cases: Vec<Case>,
    /// `Case Else`
    pub otherwise: Option<Block>,
}

/// A `Case`
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub struct Case {
    pub tests: Vec<CaseTest>,
    pub body: Block,
    pub span: Span,
}

/// One of the things behind `Case`.
#[derive(Debug, Clone, PartialEq)]
pub enum CaseTest {
    /// A value.
    Value(Expression),
    /// `1 To 5`
    Range(Expression, Expression),
    /// `Is > 5`
    Is(BinaryOperator, Expression),
}

/// `For`
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub struct For {
    pub variable: Expression,
    pub from: Expression,
    pub to: Expression,
    pub step: Option<Expression>,
    pub body: Block,
    /// What is named behind `Next`.
    pub next: Option<Expression>,
}

/// `ForAll`
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub struct ForAll {
    pub variable: Name,
    pub container: Expression,
    pub body: Block,
}

/// `Do`
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub struct Do {
    pub condition: Option<LoopCondition>,
    pub body: Block,
}

/// `While …` or `Until …` of a `Do`.
#[derive(Debug, Clone, PartialEq)]
pub struct LoopCondition {
    /// Behind `Loop`, so that the body is done once at least.
    pub at_end: bool,
    /// `Until`, not `While`.
    pub until: bool,
    /// The condition.
    pub condition: Expression,
}

/// What `On Error` does.
#[derive(Debug, Clone, PartialEq)]
pub enum ErrorAction {
    /// `GoTo label`
    GoTo(Name),
    /// `GoTo 0`: no handler from here on.
    Off,
    /// `Resume Next`
    ResumeNext,
}

/// Where `Resume` goes on.
#[derive(Debug, Clone, PartialEq)]
pub enum ResumeTarget {
    /// `Resume` or `Resume 0`: with the statement that failed.
    Same,
    /// `Resume Next`: with the one behind it.
    Next,
    /// `Resume label`
    Label(Name),
}

/// What `Exit` leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum ExitKind {
    Do,
    For,
    ForAll,
    Sub,
    Function,
    Property,
}

/// A thing to print and what stands behind it.
#[derive(Debug, Clone, PartialEq)]
pub struct PrintItem {
    /// `None` where only a separator stands.
    pub value: Option<Expression>,
    /// `None` behind the last: the line ends.
    pub separator: Option<PrintSeparator>,
}

/// What stands between things to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrintSeparator {
    /// `;` or a blank: nothing between.
    Semicolon,
    /// `,`: on to the next zone.
    Comma,
}

/// `Open`
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub struct Open {
    pub path: Expression,
    /// `For …`; random, if not said.
    pub mode: Option<OpenMode>,
    /// `Access Read`, `Access Read Write` and so on.
    pub access: Option<Access>,
    /// What others may not do.
    pub lock: Option<Sharing>,
    /// `As #n`
    pub file: Expression,
    /// `Len = n`
    pub record_length: Option<Expression>,
    pub charset: Option<Expression>,
}

/// How a file is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum OpenMode {
    Random,
    Input,
    Output,
    Append,
    Binary,
}

/// What is done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Access {
    Read,
    Write,
    ReadWrite,
}

/// What others may do meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Sharing {
    Shared,
    LockRead,
    LockWrite,
    LockReadWrite,
}

/// `Get` and `Put`
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub struct FileRecord {
    pub file: Expression,
    /// The next, if not said.
    pub record: Option<Expression>,
    pub variable: Expression,
}

/// An expression.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub struct Expression {
    pub kind: ExpressionKind,
    pub span: Span,
}

/// What an expression is.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ExpressionKind {
    /// A number.
    Number(Number),
    /// A string.
    Text(Arc<str>),
    /// `True`, `Nothing` and so on.
    Constant(Literal),
    /// A name, of whatever.
    Name(Name),
    /// `Me`
    Me,
    /// `object.name`; in `With` also `.name`.
    Member {
        /// `None`: what `With` is about.
        object: Option<Box<Expression>>,
        /// The member.
        name: Name,
    },
    /// `Base..name`: the member as the base class has it.
    BaseMember {
        /// The class.
        class: Box<Expression>,
        /// The member.
        name: Name,
    },
    /// `f(x)`: a call, or a look into an array or list. Of a statement `f x` too.
    Call {
        /// What is called or looked into.
        target: Box<Expression>,
        /// With what.
        arguments: Vec<Argument>,
        /// Whether they stand in parentheses.
        parenthesized: bool,
    },
    /// `New Class(…)`
    New {
        /// The class.
        class: Name,
        /// What it is made with.
        arguments: Vec<Argument>,
    },
    /// `Bind Class(name)`
    Bind {
        /// The class, if said.
        class: Option<Name>,
        /// The name of the object.
        name: Box<Expression>,
    },
    /// `-x`, `+x`, `Not x`
    Unary {
        /// Which.
        operator: UnaryOperator,
        /// Of what.
        operand: Box<Expression>,
    },
    /// `a + b`
    Binary {
        /// Which.
        operator: BinaryOperator,
        /// In front of it.
        left: Box<Expression>,
        /// Behind it.
        right: Box<Expression>,
    },
    /// `(x)`
    Parenthesized(Box<Expression>),
    /// What should stand here; there is an error for it.
    Missing,
}

/// A number as it is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// With `%`, or without a suffix if it fits.
    Integer(i16),
    /// With `&`, or without a suffix if it fits.
    Long(i32),
    /// With `!`.
    Single(f32),
    /// With `#`, with a decimal point or an exponent, or too large for a Long.
    Double(f64),
    /// With `@`, in ten-thousandths.
    Currency(i64),
}

/// Values with a name of the language's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Literal {
    True,
    False,
    Nothing,
    Null,
    Empty,
    Pi,
}

/// What a procedure is given.
#[derive(Debug, Clone, PartialEq)]
pub struct Argument {
    /// `ByVal x`
    pub by_value: bool,
    /// `None` where it is left out: `f(a, , c)`.
    pub value: Option<Expression>,
    /// Where it stands.
    pub span: Span,
}

/// Operators in front of one operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum UnaryOperator {
    Minus,
    Plus,
    Not,
}

/// Operators between two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum BinaryOperator {
    Power,
    Times,
    Divide,
    IntegerDivide,
    Mod,
    Plus,
    Minus,
    Join,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Like,
    Is,
    IsA,
    And,
    Or,
    Xor,
    Eqv,
    Imp,
}

impl BinaryOperator {
    /// As it is written.
    pub fn text(self) -> &'static str {
        match self {
            Self::Power => "^",
            Self::Times => "*",
            Self::Divide => "/",
            Self::IntegerDivide => "\\",
            Self::Mod => "Mod",
            Self::Plus => "+",
            Self::Minus => "-",
            Self::Join => "&",
            Self::Equal => "=",
            Self::NotEqual => "<>",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Like => "Like",
            Self::Is => "Is",
            Self::IsA => "IsA",
            Self::And => "And",
            Self::Or => "Or",
            Self::Xor => "Xor",
            Self::Eqv => "Eqv",
            Self::Imp => "Imp",
        }
    }

    /// How firmly it binds; the higher, the firmer.
    pub fn precedence(self) -> u8 {
        match self {
            Self::Power => 15,
            Self::Times | Self::Divide => 13,
            Self::IntegerDivide => 12,
            Self::Mod => 11,
            Self::Plus | Self::Minus => 10,
            Self::Join => 9,
            Self::Equal
            | Self::NotEqual
            | Self::Less
            | Self::LessOrEqual
            | Self::Greater
            | Self::GreaterOrEqual
            | Self::Like
            | Self::Is
            | Self::IsA => 8,
            Self::And => 6,
            Self::Or => 5,
            Self::Xor => 4,
            Self::Eqv => 3,
            Self::Imp => 2,
        }
    }

    /// Whether it compares.
    pub fn is_comparison(self) -> bool {
        self.precedence() == Self::Equal.precedence()
    }
}

impl UnaryOperator {
    /// As it is written.
    pub fn text(self) -> &'static str {
        match self {
            Self::Minus => "-",
            Self::Plus => "+",
            Self::Not => "Not",
        }
    }

    /// How firmly it binds, beside those of two operands.
    pub fn precedence(self) -> u8 {
        match self {
            Self::Minus | Self::Plus => 14,
            Self::Not => 7,
        }
    }
}

impl BasicType {
    /// As it is written.
    pub fn text(self) -> &'static str {
        match self {
            Self::Boolean => "Boolean",
            Self::Byte => "Byte",
            Self::Integer => "Integer",
            Self::Long => "Long",
            Self::Single => "Single",
            Self::Double => "Double",
            Self::Currency => "Currency",
            Self::String => "String",
            Self::Variant => "Variant",
        }
    }

    /// What a suffix says.
    pub fn of_suffix(suffix: Suffix) -> Self {
        match suffix {
            Suffix::Integer => Self::Integer,
            Suffix::Long => Self::Long,
            Suffix::Single => Self::Single,
            Suffix::Double => Self::Double,
            Suffix::Currency => Self::Currency,
            Suffix::String => Self::String,
        }
    }
}

impl TypeName {
    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            Self::Basic(_, span)
            | Self::FixedString(_, span)
            | Self::Any(span)
            | Self::CodedString(span) => *span,
            Self::Named(name) => name.span,
        }
    }
}
