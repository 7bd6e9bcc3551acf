//! Declarations: options, libraries, variables, constants, types, classes, procedures.

use super::super::error::SyntaxCode;
use super::super::token::{Keyword, Mark, TokenKind};
use super::super::tree::*;
use super::{BlockKind, Failed, Parse, Parser};
use crate::place::Span;

/// What may stand in front of a declaration.
#[derive(Debug, Clone, Copy, Default)]
struct Modifiers {
    visibility: Option<Visibility>,
    is_static: bool,
}

impl Parser<'_> {
    /// A declaration, if one begins here.
    pub(super) fn declaration(&mut self) -> Option<Parse<StatementKind>> {
        let start = self.span();
        let keyword = self.keyword()?;
        let of_module = matches!(
            keyword,
            Keyword::Option
                | Keyword::Use
                | Keyword::UseLsx
                | Keyword::Declare
                | Keyword::Type
                | Keyword::Class
        ) || def_type(keyword).is_some();
        if of_module && self.is_in_procedure() {
            let text = keyword.text();
            self.complain(
                SyntaxCode::Misplaced,
                start,
                format!("`{text}` stands in a procedure"),
                "it belongs to the declarations of the module",
            );
        }
        Some(match keyword {
            Keyword::Option => self.option(),
            Keyword::Use => self.library().map(StatementKind::Use),
            Keyword::UseLsx => self.library().map(StatementKind::UseLsx),
            Keyword::Declare => self.declare(Modifiers::default()),
            Keyword::Dim => self.dim(DeclarationKind::Dim),
            Keyword::Const => self.constants(None),
            Keyword::Public | Keyword::Private | Keyword::Static => self.modified(),
            Keyword::Sub | Keyword::Function | Keyword::Property => {
                self.procedure(Modifiers::default(), start)
            }
            Keyword::Type => self.type_definition(None, start),
            Keyword::Class => self.class(None, start),
            keyword => match def_type(keyword) {
                Some(of) => self.def_type(of),
                None => return None,
            },
        })
    }

    fn modified(&mut self) -> Parse<StatementKind> {
        let start = self.span();
        let mut modifiers = Modifiers::default();
        let mut last = Keyword::Public;
        while let Some(keyword @ (Keyword::Public | Keyword::Private | Keyword::Static)) =
            self.keyword()
        {
            match keyword {
                Keyword::Static => modifiers.is_static = true,
                Keyword::Public => modifiers.visibility = Some(Visibility::Public),
                _ => modifiers.visibility = Some(Visibility::Private),
            }
            last = keyword;
            self.bump();
        }
        match self.keyword() {
            Some(Keyword::Sub | Keyword::Function) => self.procedure(modifiers, start),
            Some(Keyword::Property)
                if matches!(self.keyword_ahead(1), Some(Keyword::Get | Keyword::Set)) =>
            {
                self.procedure(modifiers, start)
            }
            Some(Keyword::Const) => self.constants(modifiers.visibility),
            Some(Keyword::Declare) => self.declare(modifiers),
            Some(Keyword::Type) if self.keyword_ahead(1) != Some(Keyword::As) => {
                self.type_definition(modifiers.visibility, start)
            }
            Some(Keyword::Class) if self.keyword_ahead(1) != Some(Keyword::As) => {
                self.class(modifiers.visibility, start)
            }
            _ => {
                let (kind, text) = match (last, modifiers.visibility) {
                    (Keyword::Static, None) => (DeclarationKind::Static, "Static"),
                    (_, Some(Visibility::Private)) => (DeclarationKind::Private, "Private"),
                    _ => (DeclarationKind::Public, "Public"),
                };
                if self.is_in_procedure() && kind != DeclarationKind::Static {
                    self.complain(
                        SyntaxCode::Misplaced,
                        start,
                        format!("`{text}` stands in a procedure"),
                        "variables of a procedure are declared with `Dim` or `Static`",
                    );
                }
                // `Public Dim x` is nonsense; say it at `Dim`.
                self.variables(text)
                    .map(|variables| StatementKind::Dim(Declaration { kind, variables }))
            }
        }
    }

    fn option(&mut self) -> Parse<StatementKind> {
        self.bump();
        let kind = match self.keyword() {
            Some(Keyword::Declare | Keyword::Explicit) => OptionKind::Declare,
            Some(Keyword::Public) => OptionKind::Public,
            Some(Keyword::Base) => {
                self.bump();
                let base = match self.word() {
                    "0" => 0,
                    "1" => 1,
                    _ => return Err(self.unexpected("0 or 1 behind `Option Base`")),
                };
                self.bump();
                return Ok(StatementKind::Option(OptionKind::Base(base)));
            }
            Some(Keyword::Compare) => {
                self.bump();
                return self
                    .compare()
                    .map(|compare| StatementKind::Option(OptionKind::Compare(compare)));
            }
            _ => {
                return Err(
                    self.unexpected("`Declare`, `Public`, `Base` or `Compare` behind `Option`")
                );
            }
        };
        self.bump();
        Ok(StatementKind::Option(kind))
    }

    fn compare(&mut self) -> Parse<Vec<Compare>> {
        let mut found = Vec::new();
        loop {
            found.push(match self.keyword() {
                Some(Keyword::Case) => Compare::Case,
                Some(Keyword::NoCase) => Compare::NoCase,
                Some(Keyword::Pitch) => Compare::Pitch,
                Some(Keyword::NoPitch) => Compare::NoPitch,
                Some(Keyword::Binary) => Compare::Binary,
                _ => {
                    return Err(self.unexpected("`Case`, `NoCase`, `Pitch`, `NoPitch` or `Binary`"));
                }
            });
            self.bump();
            if self.at_statement_end() {
                return Ok(found);
            }
            self.expect_mark(Mark::Comma, "`,` or the end of the statement")?;
        }
    }

    fn library(&mut self) -> Parse<Expression> {
        let word = self.bump().span.of(self.source).to_owned();
        self.expression_for(&format!(
            "the name of a library as a string behind `{word}`"
        ))
    }

    fn def_type(&mut self, of: BasicType) -> Parse<StatementKind> {
        self.bump();
        let mut ranges = Vec::new();
        loop {
            let from = self.first_letter()?;
            let to = match self.eat_mark(Mark::Minus) {
                true => self.first_letter()?,
                false => from,
            };
            ranges.push((from, to));
            if !self.eat_mark(Mark::Comma) {
                return Ok(StatementKind::DefType(DefType { of, ranges }));
            }
        }
    }

    fn first_letter(&mut self) -> Parse<char> {
        let word = self.word().to_lowercase();
        let mut letters = word.chars();
        match (self.peek(), letters.next(), letters.next()) {
            (TokenKind::Word { .. }, Some(letter), None) => {
                self.bump();
                Ok(letter)
            }
            _ => Err(self.unexpected("a letter")),
        }
    }

    fn dim(&mut self, kind: DeclarationKind) -> Parse<StatementKind> {
        self.bump();
        let variables = self.variables("Dim")?;
        Ok(StatementKind::Dim(Declaration { kind, variables }))
    }

    fn variables(&mut self, word: &str) -> Parse<Vec<Variable>> {
        let mut variables =
            vec![self.variable(&format!("the name of a variable behind `{word}`"))?];
        while self.eat_mark(Mark::Comma) {
            variables.push(self.variable("the name of a variable behind `,`")?);
        }
        if self.is_mark(Mark::Equal) {
            return Err(self.unexpected_with("`,` or the end of the statement", Some("a declaration gives no value; assign it in a statement of its own, or use `Const`".to_owned())));
        }
        Ok(variables)
    }

    fn variable(&mut self, expected: &str) -> Parse<Variable> {
        let in_class = matches!(
            self.open.last(),
            Some((BlockKind::Class | BlockKind::Type, _))
        );
        let is_word = matches!(self.peek(), TokenKind::Word { .. });
        let name = match in_class && is_word {
            // Members may be called by words of the language.
            true => self.any_name(),
            false => self.name(expected)?,
        };
        self.variable_of(name)
    }

    fn variable_of(&mut self, name: Name) -> Parse<Variable> {
        let start = name.span.start;
        let shape = self.shape()?;
        self.expect_one_type(&name);
        let (of, new) = match self.eat_keyword(Keyword::As) {
            true if self.is_keyword(Keyword::New) => {
                self.bump();
                let class = self.name("the name of a class behind `New`")?;
                let arguments = match self.is_mark(Mark::Open) {
                    true => self.arguments_in_parentheses()?.0,
                    false => Vec::new(),
                };
                (Some(TypeName::Named(class)), Some(arguments))
            }
            true => (Some(self.type_name()?), None),
            false => (None, None),
        };
        Ok(Variable {
            name,
            shape,
            of,
            new,
            span: self.since(start),
        })
    }

    /// What has a suffix has its type, and takes no `As`.
    fn expect_one_type(&mut self, name: &Name) {
        let Some(suffix) = name.suffix.filter(|_| self.is_keyword(Keyword::As)) else {
            return;
        };
        self.complain(
            SyntaxCode::TypedTwice,
            self.span(),
            format!(
                "`{}{}` has its type by its suffix, and `As` gives it another",
                name.text,
                suffix.letter()
            ),
            "write the suffix or `As`, not both",
        );
    }

    /// `(1 To 5, 3)`, `()`, `List` or nothing.
    fn shape(&mut self) -> Parse<Shape> {
        if self.eat_keyword(Keyword::List) {
            return Ok(Shape::List);
        }
        if !self.eat_mark(Mark::Open) {
            return Ok(Shape::Scalar);
        }
        let mut bounds = Vec::new();
        if self.eat_mark(Mark::Close) {
            return Ok(Shape::Array(bounds));
        }
        loop {
            let first = self.expression_for("a bound, or `)`")?;
            bounds.push(match self.eat_keyword(Keyword::To) {
                true => Bounds {
                    lower: Some(first),
                    upper: self.expression_for("the upper bound behind `To`")?,
                },
                false => Bounds {
                    lower: None,
                    upper: first,
                },
            });
            if self.eat_mark(Mark::Close) {
                return Ok(Shape::Array(bounds));
            }
            self.expect_mark(Mark::Comma, "`To`, `,` or `)`")?;
        }
    }

    fn type_name(&mut self) -> Parse<TypeName> {
        let span = self.span();
        let Some(keyword) = self.keyword() else {
            return self.name("a type behind `As`").map(TypeName::Named);
        };
        let basic = match keyword {
            Keyword::Boolean => BasicType::Boolean,
            Keyword::Byte => BasicType::Byte,
            Keyword::Integer => BasicType::Integer,
            Keyword::Long => BasicType::Long,
            Keyword::Single => BasicType::Single,
            Keyword::Double => BasicType::Double,
            Keyword::Currency => BasicType::Currency,
            Keyword::Variant => BasicType::Variant,
            Keyword::String => {
                self.bump();
                return self.string_type(span);
            }
            Keyword::Any => {
                self.bump();
                return Ok(TypeName::Any(span));
            }
            Keyword::Lmbcs | Keyword::Unicode => {
                self.bump();
                self.expect_keyword(Keyword::String, "`String`")?;
                return Ok(TypeName::CodedString(self.since(span.start)));
            }
            _ => return self.name("a type behind `As`").map(TypeName::Named),
        };
        self.bump();
        Ok(TypeName::Basic(basic, span))
    }

    fn string_type(&mut self, span: Span) -> Parse<TypeName> {
        if !self.eat_mark(Mark::Times) {
            return Ok(TypeName::Basic(BasicType::String, span));
        }
        let length = self.expression_for("a length behind `*`")?;
        Ok(TypeName::FixedString(
            Box::new(length),
            self.since(span.start),
        ))
    }

    pub(super) fn redim(&mut self) -> Parse<StatementKind> {
        self.bump();
        let preserve = self.eat_keyword(Keyword::Preserve);
        let mut variables = Vec::new();
        loop {
            let is_me = self.is_keyword(Keyword::Me)
                && matches!(self.token(1).kind, TokenKind::Mark(Mark::Dot));
            if is_me {
                // A member array: `ReDim Me.items(5)` is for the array that the member names.
                self.bump();
                self.bump();
            }
            let name = match is_me && matches!(self.peek(), TokenKind::Word { .. }) {
                true => self.any_name(),
                false => self.name("the name of an array behind `ReDim`")?,
            };
            if !self.is_mark(Mark::Open) {
                return Err(self.unexpected("`(` with the bounds of the array"));
            }
            variables.push(self.variable_of(name)?);
            if !self.eat_mark(Mark::Comma) {
                return Ok(StatementKind::ReDim {
                    preserve,
                    variables,
                });
            }
        }
    }

    fn constants(&mut self, visibility: Option<Visibility>) -> Parse<StatementKind> {
        self.bump();
        let mut constants = Vec::new();
        loop {
            let name = self.name("the name of a constant behind `Const`")?;
            if self.is_keyword(Keyword::As) {
                return Err(self.unexpected_with(
                    "`=` and a value",
                    Some("a constant has the type of its value; a suffix may say it".to_owned()),
                ));
            }
            self.expect_mark(Mark::Equal, "`=` and a value")?;
            let value = self.expression_for("a value behind `=`")?;
            constants.push(Constant { name, value });
            if !self.eat_mark(Mark::Comma) {
                return Ok(StatementKind::Const(ConstDeclaration {
                    visibility,
                    constants,
                }));
            }
        }
    }

    fn declare(&mut self, mut modifiers: Modifiers) -> Parse<StatementKind> {
        self.bump();
        while let Some(keyword @ (Keyword::Public | Keyword::Private | Keyword::Static)) =
            self.keyword()
        {
            self.bump();
            match keyword {
                Keyword::Public => modifiers.visibility = Some(Visibility::Public),
                Keyword::Private => modifiers.visibility = Some(Visibility::Private),
                _ => modifiers.is_static = true,
            }
        }
        let head = self.span();
        if self.eat_keyword(Keyword::Type) {
            let name = self.name("the name of a type behind `Declare Type`")?;
            return Ok(StatementKind::ForwardType(name));
        }
        if self.eat_keyword(Keyword::Class) {
            let name = self.name("the name of a class behind `Declare Class`")?;
            let base = match self.eat_keyword(Keyword::As) {
                true => Some(self.name("the name of the base class behind `As`")?),
                false => None,
            };
            return Ok(StatementKind::ForwardClass { name, base });
        }
        let kind = self
            .procedure_kind("`Sub`, `Function`, `Property`, `Class` or `Type` behind `Declare`")?;
        let name = self.procedure_name()?;
        if self.eat_keyword(Keyword::Lib) {
            return self.external(modifiers.visibility, kind, name);
        }
        let parameters = self.parameters()?;
        let returns = self.returns(&name)?;
        Ok(StatementKind::Forward(Box::new(Procedure {
            kind,
            visibility: modifiers.visibility,
            is_static: modifiers.is_static,
            name,
            parameters,
            returns,
            base_call: None,
            body: Block::new(),
            head: self.since(head.start),
            end: None,
        })))
    }

    fn external(
        &mut self,
        visibility: Option<Visibility>,
        kind: ProcedureKind,
        name: Name,
    ) -> Parse<StatementKind> {
        let library = self.expression_for("the name of a library as a string behind `Lib`")?;
        let alias = match self.eat_keyword(Keyword::Alias) {
            true => Some(self.expression_for("a name as a string behind `Alias`")?),
            false => None,
        };
        let parameters = self.parameters()?;
        let returns = self.returns(&name)?;
        Ok(StatementKind::External(Box::new(External {
            visibility,
            is_function: kind == ProcedureKind::Function,
            name,
            library,
            alias,
            parameters,
            returns,
        })))
    }

    fn procedure_kind(&mut self, expected: &str) -> Parse<ProcedureKind> {
        let kind = match self.keyword() {
            Some(Keyword::Sub) => ProcedureKind::Sub,
            Some(Keyword::Function) => ProcedureKind::Function,
            Some(Keyword::Property) => {
                self.bump();
                match self.keyword() {
                    Some(Keyword::Get) => ProcedureKind::PropertyGet,
                    Some(Keyword::Set) => ProcedureKind::PropertySet,
                    _ => return Err(self.unexpected("`Get` or `Set` behind `Property`")),
                }
            }
            _ => return Err(self.unexpected(expected)),
        };
        self.bump();
        Ok(kind)
    }

    /// Members of classes may be called by words of the language; so may events and `New` and `Delete`.
    fn procedure_name(&mut self) -> Parse<Name> {
        let in_class = self.open.iter().any(|(kind, _)| *kind == BlockKind::Class);
        match self.peek() {
            TokenKind::Word { keyword, .. }
                if in_class || matches!(keyword, Some(Keyword::New | Keyword::Delete)) =>
            {
                Ok(self.any_name())
            }
            _ => self.name("the name of a procedure"),
        }
    }

    fn procedure(&mut self, modifiers: Modifiers, start: Span) -> Parse<StatementKind> {
        let head = self.span();
        let mut procedure = Procedure {
            kind: match self.keyword() {
                Some(Keyword::Property) => ProcedureKind::PropertyGet,
                _ => ProcedureKind::Sub,
            },
            visibility: modifiers.visibility,
            is_static: modifiers.is_static,
            name: unnamed(head),
            parameters: Vec::new(),
            returns: None,
            base_call: None,
            body: Block::new(),
            head,
            end: None,
        };
        if self.procedure_head(&mut procedure).is_err() {
            self.skip_statement();
        } else {
            self.expect_statement_end("the head of the procedure");
        }
        procedure.head = self.since(start.start);
        (procedure.body, procedure.end) = self.procedure_body(procedure.kind, head);
        Ok(StatementKind::Procedure(Box::new(procedure)))
    }

    fn procedure_head(&mut self, procedure: &mut Procedure) -> Parse<()> {
        procedure.kind = self.procedure_kind("`Sub`, `Function` or `Property`")?;
        procedure.name = self.procedure_name()?;
        procedure.parameters = self.parameters()?;
        let name = procedure.name.clone();
        procedure.returns = self.returns(&name)?;
        if self.is_mark(Mark::Comma) && procedure.name.key.as_ref() == "new" {
            self.bump();
            let class = self.name("the name of the base class behind `,`")?;
            let arguments = match self.is_mark(Mark::Open) {
                true => self.arguments_in_parentheses()?.0,
                false => Vec::new(),
            };
            procedure.base_call = Some(BaseCall { class, arguments });
        }
        Ok(())
    }

    fn parameters(&mut self) -> Parse<Vec<Parameter>> {
        let mut parameters = Vec::new();
        if !self.eat_mark(Mark::Open) || self.eat_mark(Mark::Close) {
            return Ok(parameters);
        }
        loop {
            let by_value = self.eat_keyword(Keyword::ByVal);
            let name = match self.word() {
                word if word.eq_ignore_ascii_case("optional") => {
                    return Err(self.unexpected_with(
                        "a parameter",
                        Some("LotusScript has no optional parameters".to_owned()),
                    ));
                }
                _ => self.name("the name of a parameter")?,
            };
            let shape = self.shape()?;
            self.expect_one_type(&name);
            let of = match self.eat_keyword(Keyword::As) {
                true => Some(self.type_name()?),
                false => None,
            };
            parameters.push(Parameter {
                by_value,
                name,
                shape,
                of,
            });
            if self.eat_mark(Mark::Close) {
                return Ok(parameters);
            }
            self.expect_mark(Mark::Comma, "`As`, `,` or `)` behind the parameter")?;
        }
    }

    fn returns(&mut self, name: &Name) -> Parse<Option<TypeName>> {
        self.expect_one_type(name);
        // A function may give back a list or an array only as a Variant.
        match self.eat_keyword(Keyword::As) {
            true => self.type_name().map(Some),
            false => Ok(None),
        }
    }

    fn type_definition(
        &mut self,
        visibility: Option<Visibility>,
        start: Span,
    ) -> Parse<StatementKind> {
        self.bump();
        let name = self
            .name("the name of a type behind `Type`")
            .unwrap_or_else(|Failed| {
                self.skip_statement();
                unnamed(start)
            });
        self.expect_statement_end("the name of the type");
        let (members, end) = self.type_body(start);
        Ok(StatementKind::Type(Box::new(TypeDefinition {
            visibility,
            name,
            members,
            end,
        })))
    }

    /// One line of a `Type`.
    pub(super) fn type_members(&mut self) -> Parse<Vec<Variable>> {
        let is_word = matches!(self.keyword(), Some(Keyword::Public | Keyword::Private))
            && matches!(self.token(1).kind, TokenKind::Word { .. })
            && self.keyword_ahead(1) != Some(Keyword::As);
        if is_word {
            self.bump();
        }
        let mut members = vec![self.variable("the name of a member")?];
        while self.eat_mark(Mark::Comma) {
            members.push(self.variable("the name of a member behind `,`")?);
        }
        Ok(members)
    }

    fn class(&mut self, visibility: Option<Visibility>, start: Span) -> Parse<StatementKind> {
        self.bump();
        let (name, base) = self.class_head().unwrap_or_else(|Failed| {
            self.skip_statement();
            (unnamed(start), None)
        });
        self.expect_statement_end("the head of the class");
        let (members, end) = self.class_body(start);
        Ok(StatementKind::Class(Box::new(Class {
            visibility,
            name,
            base,
            members,
            end,
        })))
    }

    fn class_head(&mut self) -> Parse<(Name, Option<Name>)> {
        let name = self.name("the name of a class behind `Class`")?;
        let base = match self.eat_keyword(Keyword::As) {
            true => Some(self.name("the name of the base class behind `As`")?),
            false => None,
        };
        Ok((name, base))
    }

    /// What may stand in a class: procedures, constants and variables, the last with or without a word in front.
    pub(super) fn member_statement(&mut self) -> Statement {
        let begins_other = matches!(
            self.keyword(),
            Some(
                Keyword::Public
                    | Keyword::Private
                    | Keyword::Static
                    | Keyword::Sub
                    | Keyword::Function
                    | Keyword::Const
                    | Keyword::Dim
                    | Keyword::Declare
            )
        );
        let begins_property = self.is_keyword(Keyword::Property)
            && matches!(self.keyword_ahead(1), Some(Keyword::Get | Keyword::Set));
        let is_variable = matches!(self.peek(), TokenKind::Word { .. })
            && matches!(
                self.token(1).kind.keyword(),
                Some(Keyword::As | Keyword::List)
            )
            || self.is_bare_variable();
        if (begins_other && self.keyword_ahead(1) != Some(Keyword::As)) || begins_property {
            return self.statement();
        }
        let start = self.span();
        if is_variable {
            let kind = match self.variables("Class") {
                Ok(variables) => StatementKind::Dim(Declaration {
                    kind: DeclarationKind::Private,
                    variables,
                }),
                Err(Failed) => StatementKind::Wrong,
            };
            self.expect_statement_end("the member");
            return Statement {
                kind,
                span: self.since(start.start),
            };
        }
        match self.peek() {
            TokenKind::Include => self.statement(),
            _ => {
                self.unexpected_with(
                    "a member or `End Class`",
                    Some("a class holds variables, constants and procedures".to_owned()),
                );
                self.skip_statement();
                Statement {
                    kind: StatementKind::Wrong,
                    span: self.since(start.start),
                }
            }
        }
    }

    /// `name$`, `name(5) As …`
    fn is_bare_variable(&self) -> bool {
        matches!(self.peek(), TokenKind::Word { keyword: None, .. })
            && matches!(
                self.token(1).kind,
                TokenKind::LineEnd | TokenKind::Mark(Mark::Open | Mark::Comma)
            )
    }
}

/// Of what has no name; there is an error for that.
pub(super) fn unnamed(before: Span) -> Name {
    Name {
        text: "".into(),
        key: "".into(),
        suffix: None,
        span: Span::at(before.end),
    }
}

fn def_type(keyword: Keyword) -> Option<BasicType> {
    Some(match keyword {
        Keyword::DefBool => BasicType::Boolean,
        Keyword::DefByte => BasicType::Byte,
        Keyword::DefCur => BasicType::Currency,
        Keyword::DefDbl => BasicType::Double,
        Keyword::DefInt => BasicType::Integer,
        Keyword::DefLng => BasicType::Long,
        Keyword::DefSng => BasicType::Single,
        Keyword::DefStr => BasicType::String,
        Keyword::DefVar => BasicType::Variant,
        _ => return None,
    })
}
