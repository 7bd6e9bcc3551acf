//! Windows that a script shows, and what a person who is not there answers.

use serde::{Deserialize, Serialize};
use std::fmt;

/// An answer to a window, given beforehand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WindowAnswer {
    /// Which window, in any case: `MessageBox`, `InputBox`, `Prompt`, `PickListStrings`, `PickListCollection`, `DialogBox`, `@Prompt`.
    pub window: String,
    /// Only if this is its title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Only if its text contains this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What is answered.
    pub answer: Choice,
    /// For so many windows; for any number, if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
}

/// What a person does with a window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Choice {
    /// Yes or OK; no, or the window is cancelled.
    Flag(bool),
    /// A number is given, or the button of that number pressed.
    Number(f64),
    /// A text is given, or the button of that name pressed, or that document or value picked.
    Text(String),
    /// Several are picked.
    List(Vec<String>),
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(truth) => write!(f, "{truth}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::List(list) => write!(f, "{list:?}"),
        }
    }
}

/// A window that was shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Window {
    /// `MessageBox`, `Prompt` and so on.
    pub window: String,
    /// Its title.
    pub title: String,
    /// What it says.
    pub text: String,
    /// What could be chosen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// What was answered; `None` if it only told something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<Choice>,
}

/// A window that nobody answers: what it was, and what to write for it.
pub(crate) fn unanswered(window: &Window) -> String {
    let choices = match window.choices.as_slice() {
        [] => String::new(),
        list => format!(" Of these: {}.", list.join(", ")),
    };
    format!(
        "the window {} {:?} asks {:?} and has no answer.{choices} Add to the answers:\n[[window]]\nwindow = {:?}\ntitle = {:?}\nanswer = …",
        window.window, window.title, window.text, window.window, window.title
    )
}

/// The first answer that is for a window and not used up.
pub(crate) fn answer_to(answers: &mut [WindowAnswer], window: &Window) -> Option<Choice> {
    let found = answers.iter_mut().find(|answer| {
        answer.window.eq_ignore_ascii_case(&window.window)
            && answer.times != Some(0)
            && answer
                .title
                .as_ref()
                .is_none_or(|title| *title == window.title)
            && answer
                .text
                .as_ref()
                .is_none_or(|text| window.text.contains(text.as_str()))
    })?;
    if let Some(times) = &mut found.times {
        *times -= 1;
    }
    Some(found.answer.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_answer_that_fits_and_is_left_counts() {
        let answer = |title: Option<&str>, text: Option<&str>, answer: bool, times| WindowAnswer {
            window: "messagebox".into(),
            title: title.map(str::to_owned),
            text: text.map(str::to_owned),
            answer: Choice::Flag(answer),
            times,
        };
        let mut answers = [
            answer(Some("Other"), None, true, None),
            answer(None, Some("sure"), true, Some(1)),
            answer(None, None, false, None),
        ];
        let window = Window {
            window: "MessageBox".into(),
            title: "Question".into(),
            text: "Are you sure?".into(),
            choices: Vec::new(),
            answer: None,
        };
        assert_eq!(answer_to(&mut answers, &window), Some(Choice::Flag(true)));
        assert_eq!(answer_to(&mut answers, &window), Some(Choice::Flag(false)));
        assert_eq!(answer_to(&mut answers[..1], &window), None);
        assert!(unanswered(&window).contains("title = \"Question\""));
    }
}
