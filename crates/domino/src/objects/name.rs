//! `NotesName` and `NotesInternational`.

use crate::object::{Object, not_here};
use crate::{World, names, time};
use lotusscript::formula::DateOrder;
use lotusscript::formula::functions::part_of_name;
use lotusscript::run::{Answer, Value};

/// `NotesName`: a hierarchical name, a flat one, or an Internet address.
pub(crate) struct NotesName {
    name: String,
    language: String,
}

impl NotesName {
    /// Of a name in any spelling.
    pub fn new(name: &str, language: &str) -> Self {
        Self {
            name: name.to_owned(),
            language: language.to_owned(),
        }
    }

    /// The word of `@Name` for a property.
    fn word(member: &str) -> Option<&'static str> {
        Some(match member {
            "common" => "CN",
            "country" => "C",
            "generation" => "Q",
            "given" => "G",
            "initials" => "I",
            "surname" => "S",
            "organization" => "O",
            "orgunit1" => "OU1",
            "orgunit2" => "OU2",
            "orgunit3" => "OU3",
            "orgunit4" => "OU4",
            "admd" => "A",
            "prmd" => "P",
            "addr821" => "Address821",
            "addr822phrase" => "Phrase",
            "addr822localpart" => "LP",
            _ => return None,
        })
    }

    /// The comment of that number in parentheses in an Internet address.
    fn comment(&self, number: usize) -> String {
        let comments = self.name.match_indices('(').filter_map(|(at, _)| {
            let rest = &self.name[at + 1..];
            rest.find(')').map(|end| rest[..end].to_owned())
        });
        comments.into_iter().nth(number - 1).unwrap_or_default()
    }

    /// Country, organization and units, from the outermost, for views of categories.
    fn keyword(&self) -> String {
        let parts =
            ["C", "O", "OU1", "OU2", "OU3", "OU4"].map(|word| part_of_name(word, &self.name));
        let parts = parts.into_iter().filter(|part| !part.is_empty());
        parts.collect::<Vec<_>>().join("\\")
    }
}

impl Object for NotesName {
    fn class(&self) -> &'static str {
        "NotesName"
    }

    fn get(&self, _: &mut World, member: &str) -> Answer {
        match member {
            "canonical" => return Ok(Value::text(names::canonical(&self.name))),
            "abbreviated" => return Ok(Value::text(names::abbreviated(&self.name))),
            _ => {}
        }
        if let Some(word) = Self::word(member) {
            return Ok(Value::text(part_of_name(word, &self.name)));
        }
        Ok(match member {
            "ishierarchical" => {
                let canonical = names::canonical(&self.name);
                Value::Boolean(
                    canonical.to_uppercase().starts_with("CN=") && canonical.contains('/'),
                )
            }
            "keyword" => Value::text(self.keyword()),
            "language" => Value::text(self.language.as_str()),
            "addr822comment1" => Value::text(self.comment(1)),
            "addr822comment2" => Value::text(self.comment(2)),
            "addr822comment3" => Value::text(self.comment(3)),
            _ => return not_here(self.class(), member),
        })
    }
}

/// `NotesInternational`: how the World writes dates and numbers.
pub(crate) struct NotesInternational;

impl Object for NotesInternational {
    fn class(&self) -> &'static str {
        "NotesInternational"
    }

    fn get(&self, world: &mut World, member: &str) -> Answer {
        let own = &world.international;
        let half = |morning: bool| match &own.halves_of_day {
            Some((am, _)) if morning => am.clone(),
            Some((_, pm)) => pm.clone(),
            None => String::new(),
        };
        let (offset, dst) = time::offset_at(world.now, &world.zone);
        Ok(match member {
            "amstring" => Value::text(half(true)),
            "pmstring" => Value::text(half(false)),
            "currencydigits" => Value::Integer(2),
            "currencysymbol" => Value::text(&own.currency),
            "datesep" => Value::text(own.date_separator),
            "timesep" => Value::text(own.time_separator),
            "decimalsep" => Value::text(own.decimal),
            "thousandssep" => Value::text(own.thousands),
            "iscurrencyspace" => Value::Boolean(false),
            "iscurrencysuffix" => Value::Boolean(!own.currency_is_before),
            "iscurrencyzero" => Value::Boolean(own.leading_zero),
            "isdatedmy" => Value::Boolean(own.date_order == DateOrder::DayMonthYear),
            "isdatemdy" => Value::Boolean(own.date_order == DateOrder::MonthDayYear),
            "isdateymd" => Value::Boolean(own.date_order == DateOrder::YearMonthDay),
            "isdst" => Value::Boolean(dst),
            "istime24hour" => Value::Boolean(own.halves_of_day.is_none()),
            "timezone" => Value::Integer(time::notes_zone(if dst { offset - 60 } else { offset })),
            "today" => Value::text("Today"),
            "tomorrow" => Value::text("Tomorrow"),
            "yesterday" => Value::text("Yesterday"),
            _ => return not_here(self.class(), member),
        })
    }
}
