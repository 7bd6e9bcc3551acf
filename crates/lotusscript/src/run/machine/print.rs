//! `Print`: lines are put together from items, zones of 14 columns, `Tab` and `Spc`.

use super::super::code::PrintOp;
use super::super::fault::Outcome;
use super::super::host::{Event, FileStatement};
use super::super::limit;
use super::super::value::Value;
use super::Machine;

/// Columns from one stop of the comma to the next.
const ZONE: usize = 14;

impl Machine<'_> {
    pub(super) fn print(&mut self, part: PrintOp) -> Outcome<()> {
        match part {
            PrintOp::Item => {
                let text = self.pop_settled()?.shown(&self.scene.setting)?;
                limit::expect_bytes(self.line.len() + text.len())?;
                self.line += &text;
            }
            PrintOp::Zone => {
                let column = self.column();
                self.fill(column / ZONE * ZONE + ZONE);
            }
            PrintOp::Tab => {
                let column = self.pop().to_long()?.clamp(1, 32_000) as usize - 1;
                if column < self.column() {
                    self.end_line();
                }
                self.fill(column);
            }
            PrintOp::Spc => {
                let count = self.pop().to_long()?.clamp(0, 32_000) as usize;
                let column = self.column();
                self.fill(column + count);
            }
            PrintOp::EndLine => self.end_line(),
            PrintOp::BeginFile => self.stashed = std::mem::take(&mut self.line),
            PrintOp::ToFile { ends_line } => {
                let number = self.pop();
                let stashed = std::mem::take(&mut self.stashed);
                let mut text = std::mem::replace(&mut self.line, stashed);
                if ends_line {
                    text.push('\n');
                }
                self.scene
                    .host
                    .file(&FileStatement::Print, &[number, Value::text(text)])?;
            }
        }
        Ok(())
    }

    fn column(&self) -> usize {
        let last = self.line.rsplit('\n').next().unwrap_or_default();
        last.chars().count()
    }

    fn fill(&mut self, column: usize) {
        let has = self.column();
        self.line
            .extend(std::iter::repeat_n(' ', column.saturating_sub(has)));
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        self.printed.add(&line);
        if self.traces {
            self.scene.host.trace(&Event::Print { line: &line });
        }
        self.scene.host.print(&line);
    }

    /// What was printed without an end of line, when the run ends.
    pub(in crate::run) fn finish_line(&mut self) {
        if !self.line.is_empty() {
            self.end_line();
        }
    }
}
