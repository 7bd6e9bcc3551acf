//! Statements that print, and that work on files.

use super::super::token::{Keyword, Mark, TokenKind};
use super::super::tree::*;
use super::{Parse, Parser};

impl Parser<'_> {
    /// A statement on files, if what begins here is one: most of its words can be names too.
    pub(super) fn file_statement(&mut self, keyword: Keyword) -> Option<Parse<StatementKind>> {
        let next = self.token(1).kind;
        let names_file = next == TokenKind::Mark(Mark::Hash);
        let begins_value = matches!(
            next,
            TokenKind::Text | TokenKind::Number | TokenKind::Word { .. }
        ) || next == TokenKind::Mark(Mark::Open);
        let takes_value = begins_value
            && !matches!(
                next.keyword(),
                Some(Keyword::Is | Keyword::As | Keyword::And | Keyword::Or)
            );
        Some(match keyword {
            Keyword::Write if names_file => self.write(),
            Keyword::Input if names_file => self.input(),
            Keyword::Line if next.keyword() == Some(Keyword::Input) => self.line_input(),
            Keyword::Open
                if takes_value && next != TokenKind::Mark(Mark::Open)
                    || keyword == Keyword::Open && self.statement_holds(Keyword::As) =>
            {
                self.open_file()
            }
            Keyword::Close => self.close(),
            Keyword::Get if names_file || takes_value => self.record().map(StatementKind::Get),
            Keyword::Put if names_file || takes_value => self.record().map(StatementKind::Put),
            Keyword::Seek if names_file => self.seek(),
            Keyword::Lock | Keyword::Unlock if names_file => self.lock(),
            Keyword::Width if names_file => self.width(),
            Keyword::Name if takes_value && self.statement_holds(Keyword::As) => self.rename(),
            _ => return None,
        })
    }

    /// Whether a word stands in the rest of the statement.
    fn statement_holds(&self, keyword: Keyword) -> bool {
        let rest = self.tokens.iter().skip(self.at + 1);
        rest.take_while(|token| {
            !matches!(
                token.kind,
                TokenKind::LineEnd | TokenKind::End | TokenKind::Mark(Mark::Colon)
            )
        })
        .any(|token| token.kind.keyword() == Some(keyword))
    }

    /// `#n`; the `#` may be left out where nothing else can stand.
    fn file_number(&mut self) -> Parse<Expression> {
        self.eat_mark(Mark::Hash);
        self.expression_for("the number of a file")
    }

    fn comma(&mut self) -> Parse<()> {
        self.expect_mark(Mark::Comma, "`,` behind the number of the file")
    }

    fn values(&mut self, expected: &str) -> Parse<Vec<Expression>> {
        let mut values = vec![self.expression_for(expected)?];
        while self.eat_mark(Mark::Comma) {
            values.push(self.expression_for(expected)?);
        }
        Ok(values)
    }

    pub(super) fn print(&mut self) -> Parse<StatementKind> {
        self.bump();
        let file = match self.is_mark(Mark::Hash) {
            true => {
                let file = self.file_number()?;
                if !self.at_statement_end() {
                    self.comma()?;
                }
                Some(file)
            }
            false => None,
        };
        let mut items = Vec::new();
        while !self.at_statement_end() {
            let value = match self.separator() {
                Some(_) => None,
                None => Some(self.expression_for("something to print")?),
            };
            let separator = self.separator();
            if separator.is_some() {
                self.bump();
            }
            // Two values side by side are printed as with `;` between them.
            let separator =
                separator.or((!self.at_statement_end()).then_some(PrintSeparator::Semicolon));
            items.push(PrintItem { value, separator });
        }
        Ok(StatementKind::Print { file, items })
    }

    fn separator(&self) -> Option<PrintSeparator> {
        match self.peek() {
            TokenKind::Mark(Mark::Semicolon) => Some(PrintSeparator::Semicolon),
            TokenKind::Mark(Mark::Comma) => Some(PrintSeparator::Comma),
            _ => None,
        }
    }

    fn write(&mut self) -> Parse<StatementKind> {
        self.bump();
        let file = self.file_number()?;
        let mut items = Vec::new();
        if self.eat_mark(Mark::Comma) && !self.at_statement_end() {
            items = self.values("something to write")?;
        }
        Ok(StatementKind::Write { file, items })
    }

    fn input(&mut self) -> Parse<StatementKind> {
        self.bump();
        let file = self.file_number()?;
        self.comma()?;
        let targets = self.values("a variable to read into")?;
        Ok(StatementKind::Input { file, targets })
    }

    fn line_input(&mut self) -> Parse<StatementKind> {
        self.bump();
        self.bump();
        if !self.is_mark(Mark::Hash) {
            return Err(self.unexpected("`#` and the number of a file behind `Line Input`"));
        }
        let file = self.file_number()?;
        self.comma()?;
        let target = self.expression_for("a variable to read into")?;
        Ok(StatementKind::LineInput { file, target })
    }

    fn open_file(&mut self) -> Parse<StatementKind> {
        self.bump();
        let path = self.expression_for("the path of a file behind `Open`")?;
        let mode = match self.eat_keyword(Keyword::For) {
            true => Some(self.open_mode()?),
            false => None,
        };
        let access = match self.eat_keyword(Keyword::Access) {
            true => Some(self.access()?),
            false => None,
        };
        let lock = self.sharing()?;
        self.expect_keyword(Keyword::As, "`As` and the number of the file")?;
        let file = self.file_number()?;
        let mut open = Open {
            path,
            mode,
            access,
            lock,
            file,
            record_length: None,
            charset: None,
        };
        self.open_settings(&mut open)?;
        Ok(StatementKind::Open(Box::new(open)))
    }

    /// `Len = n`, `Charset = x`
    fn open_settings(&mut self, open: &mut Open) -> Parse<()> {
        while !self.at_statement_end() {
            let word = self.word().to_ascii_lowercase();
            let place = match word.as_str() {
                "len" => &mut open.record_length,
                "charset" => &mut open.charset,
                _ => {
                    return Err(self.unexpected("`Len =`, `Charset =` or the end of the statement"));
                }
            };
            self.bump();
            self.expect_mark(Mark::Equal, "`=`")?;
            *place = Some(self.expression()?);
        }
        Ok(())
    }

    fn open_mode(&mut self) -> Parse<OpenMode> {
        let mode = match self.keyword() {
            Some(Keyword::Random) => OpenMode::Random,
            Some(Keyword::Input) => OpenMode::Input,
            Some(Keyword::Output) => OpenMode::Output,
            Some(Keyword::Append) => OpenMode::Append,
            Some(Keyword::Binary) => OpenMode::Binary,
            _ => return Err(self.unexpected("`Random`, `Input`, `Output`, `Append` or `Binary`")),
        };
        self.bump();
        Ok(mode)
    }

    fn access(&mut self) -> Parse<Access> {
        if self.eat_keyword(Keyword::Write) {
            return Ok(Access::Write);
        }
        self.expect_keyword(
            Keyword::Read,
            "`Read`, `Write` or `Read Write` behind `Access`",
        )?;
        Ok(match self.eat_keyword(Keyword::Write) {
            true => Access::ReadWrite,
            false => Access::Read,
        })
    }

    fn sharing(&mut self) -> Parse<Option<Sharing>> {
        if self.eat_keyword(Keyword::Shared) {
            return Ok(Some(Sharing::Shared));
        }
        if !self.eat_keyword(Keyword::Lock) {
            return Ok(None);
        }
        Ok(Some(match self.access()? {
            Access::Read => Sharing::LockRead,
            Access::Write => Sharing::LockWrite,
            Access::ReadWrite => Sharing::LockReadWrite,
        }))
    }

    fn close(&mut self) -> Parse<StatementKind> {
        self.bump();
        let mut files = Vec::new();
        while !self.at_statement_end() {
            files.push(self.file_number()?);
            if !self.at_statement_end() {
                self.expect_mark(Mark::Comma, "`,` or the end of the statement")?;
            }
        }
        Ok(StatementKind::Close(files))
    }

    fn record(&mut self) -> Parse<FileRecord> {
        self.bump();
        let file = self.file_number()?;
        self.comma()?;
        let record = match self.is_mark(Mark::Comma) {
            true => None,
            false => Some(self.expression_for("the number of a record, or `,`")?),
        };
        self.expect_mark(Mark::Comma, "`,` and a variable")?;
        let variable = self.expression_for("a variable")?;
        Ok(FileRecord {
            file,
            record,
            variable,
        })
    }

    fn seek(&mut self) -> Parse<StatementKind> {
        self.bump();
        let file = self.file_number()?;
        self.comma()?;
        let position = self.expression_for("a position in the file")?;
        Ok(StatementKind::Seek { file, position })
    }

    fn lock(&mut self) -> Parse<StatementKind> {
        let is_unlock = self.is_keyword(Keyword::Unlock);
        self.bump();
        let file = self.file_number()?;
        let (mut from, mut to) = (None, None);
        if self.eat_mark(Mark::Comma) {
            if !self.is_keyword(Keyword::To) {
                from = Some(self.expression_for("the number of a record")?);
            }
            if self.eat_keyword(Keyword::To) {
                to = Some(self.expression_for("the number of the last record")?);
            }
        }
        Ok(StatementKind::Lock {
            is_unlock,
            file,
            from,
            to,
        })
    }

    fn width(&mut self) -> Parse<StatementKind> {
        self.bump();
        let file = self.file_number()?;
        self.comma()?;
        let columns = self.expression_for("a number of columns")?;
        Ok(StatementKind::Width { file, columns })
    }

    fn rename(&mut self) -> Parse<StatementKind> {
        self.bump();
        let from = self.expression_for("the path of a file behind `Name`")?;
        self.expect_keyword(Keyword::As, "`As` and the new path")?;
        let to = self.expression_for("the new path")?;
        Ok(StatementKind::Rename { from, to })
    }
}
