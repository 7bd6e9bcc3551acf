//! Databases made up at random by the builder, and what reading them through the design views must give back.

#![allow(clippy::unwrap_used, dead_code)]

use dxl::builder::*;
use dxl::design::{self, Design, DesignElement};
use dxl::notes::{Date, DateTime, Time};
use dxl::schema::{AttributeKind, Schema};
use dxl::{Element, NAMESPACE, Tree};
use std::collections::BTreeSet;

/// A database, and facts about it, one a line, in any order.
pub struct Made {
    pub database: Database,
    pub facts: Vec<String>,
    /// Text that the form of a name shows.
    pub shown: Vec<(String, String)>,
}

/// SplitMix64: the same seed gives the same database everywhere.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }

    fn one_in(&mut self, limit: usize) -> bool {
        self.below(limit) == 0
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    fn byte(&mut self, limit: u8) -> u8 {
        u8::try_from(self.below(usize::from(limit))).unwrap()
    }
}

const PLAIN: &[char] = &[
    'a', 'B', '7', ' ', '<', '>', '&', '\'', '"', 'ä', '€', '😀', ']', '-', '\u{2028}', '\u{FEFF}',
    ';', '%',
];
const ODD: &[char] = &[
    '\t', '\n', '\r', '\u{0}', '\u{1}', '\u{B}', '\u{1B}', '\u{7F}', '\u{85}', '\u{FFFE}',
    '\u{FFFF}',
];

struct Maker {
    dice: Dice,
    facts: Vec<String>,
    shown: Vec<(String, String)>,
    names: usize,
    /// The design element that is being made.
    at: String,
}

/// As the builder says that it keeps code.
fn tidy(text: &str) -> String {
    let lf = text.replace("\r\n", "\n").replace('\r', "\n");
    lf.trim_start_matches('\n').to_owned()
}

impl Maker {
    /// One line without control characters.
    fn line(&mut self) -> String {
        let length = self.dice.below(12);
        (0..length).map(|_| *self.dice.pick(PLAIN)).collect()
    }

    /// Anything.
    fn text(&mut self) -> String {
        let mut text = self.line();
        if self.dice.one_in(3) {
            for _ in 0..self.dice.below(4) {
                text.push(*self.dice.pick(ODD));
                text += &self.line();
            }
        }
        text
    }

    /// A name that nothing else has.
    fn name(&mut self) -> String {
        self.names += 1;
        let middle = *self
            .dice
            .pick(&["a", "Zu", " & co ", "\\", "(x)", "ß", "'", "<b>"]);
        format!(
            "{}{middle}{}",
            self.dice.pick(&["b", "Q", "(", "é"]),
            self.names
        )
    }

    fn field_name(&mut self) -> String {
        self.names += 1;
        format!(
            "{}{}",
            self.dice.pick(&["F", "$f_", "_", "Ünder"]),
            self.names
        )
    }

    fn formula(&mut self) -> String {
        format!(
            "{}x{}",
            self.dice.pick(&["", "\n", "\r\n\n  ", "@If("]),
            self.text()
        )
    }

    fn fact(&mut self, text: String) {
        let line = format!("{} {text}", self.at);
        self.facts.push(line);
    }

    fn code_fact(&mut self, owner: &str, event: &str, language: &str, text: &str) {
        self.fact(format!(
            "code of {owner}, {event}, {language}: {:?}",
            tidy(text)
        ));
    }

    /// A formula for an event of `owner`.
    fn code(&mut self, owner: &str, event: &str) -> Code {
        let text = self.formula();
        self.code_fact(owner, event, "Formula", &text);
        Code::formula(event, &text)
    }

    /// A whole script, and what it is cut into.
    fn script(&mut self, owner: &str, uses: &[String]) -> String {
        let mut options = format!(
            "Option Public\n{}",
            self.dice.pick(&["", "' remark\nOption Declare\n"])
        );
        for library in uses {
            options += &format!("Use \"{library}\"\n");
        }
        let mut script = options.clone();
        self.code_fact(owner, "options", "LotusScript", &options);
        if self.dice.one_in(2) {
            let declarations = format!(
                "Dim v As String ' {}\nType T\n\tx As Integer\nEnd Type\n",
                self.line()
            );
            script += &declarations;
            self.code_fact(owner, "declarations", "LotusScript", &declarations);
        }
        let initialize = format!("Sub Initialize\n\tPrint |{}|\nEnd Sub\n", self.line());
        script += &initialize;
        self.code_fact(owner, "initialize", "LotusScript", &initialize);
        for _ in 0..self.dice.below(3) {
            self.names += 1;
            let name = format!("Proc{}", self.names);
            let procedure = format!(
                "%REM\n{}\n%END REM\nPrivate Function {name}(a As String) As String\n\t{name} = a & \"\u{1}\"\nEnd Function\n",
                self.line()
            );
            script += &procedure;
            self.code_fact(owner, &name, "LotusScript", &procedure);
        }
        if self.dice.one_in(4) {
            script = script.replace('\n', "\r\n");
        }
        script
    }

    fn begin(&mut self, sort: &str, name: &str) {
        self.at = format!("{sort} {name}");
    }

    fn aliases(&mut self) -> Vec<String> {
        let count = self.dice.below(3);
        let aliases: Vec<String> = (0..count).map(|_| self.name()).collect();
        self.fact(format!("aliases {aliases:?}"));
        aliases
    }

    fn field(&mut self) -> Field {
        let name = self.field_name();
        let owner = format!("field {name}");
        let types = [
            FieldType::Text,
            FieldType::Number,
            FieldType::DateTime,
            FieldType::RichText,
            FieldType::Keyword,
            FieldType::Names,
            FieldType::Authors,
            FieldType::Readers,
        ];
        let holds = *self.dice.pick(&types);
        let kinds = [
            FieldKind::Computed,
            FieldKind::ComputedForDisplay,
            FieldKind::ComputedWhenComposed,
        ];
        let (mut field, kind) = if self.dice.one_in(2) {
            let kind = *self.dice.pick(&kinds);
            let formula = self.formula();
            self.code_fact(&owner, "defaultvalue", "Formula", &formula);
            (Field::computed(&name, holds, kind, &formula), kind)
        } else {
            (Field::new(&name, holds), FieldKind::Editable)
        };
        let many = self.dice.one_in(3);
        if many {
            field = field.many_values();
        }
        let mut choices = Vec::new();
        if holds == FieldType::Keyword {
            if self.dice.one_in(3) {
                let formula = self.formula();
                self.code_fact(&owner, "keywords", "Formula", &formula);
                field = field.choices(Choices::formula(&formula));
            } else {
                choices = (0..self.dice.below(4)).map(|_| self.text()).collect();
                field = field.choices(Choices::list(choices.clone()).shown_as("radiobutton"));
            }
        }
        if holds == FieldType::DateTime && self.dice.one_in(2) {
            field = field.format([("show", "date"), ("dateformat", "yearmonthdayweekday")]);
        }
        if holds == FieldType::Number && self.dice.one_in(2) {
            field = field.format([("format", "fixed"), ("digits", "2")]);
        }
        if self.dice.one_in(3) {
            let code = self.code(&owner, "inputvalidation");
            field = field.set("fieldhelp", self.line()).code(code);
        }
        let choices: Vec<String> = choices
            .iter()
            .map(|text| text.replace("\r\n", "\n").replace('\r', "\n"))
            .collect();
        self.fact(format!(
            "field {name} {} {} {many} {choices:?}",
            holds.word(),
            kind.word()
        ));
        field
    }

    fn action(&mut self, id: Option<u32>) -> Action {
        self.names += 1;
        let more = self.line().replace('&', "+");
        let title = format!("Do {}{more}", self.names);
        self.fact(format!("action {title:?} {id:?}"));
        let owner = format!("action {title}");
        let click = self.code(&owner, "click");
        let mut action = Action::new(&title).code(click);
        if self.dice.one_in(3) {
            let code = self.code(&owner, "hidewhen");
            action = action.code(code).hide("web");
        }
        if self.dice.one_in(3) {
            let script = self.text();
            self.code_fact(&owner, "onClick", "JavaScript", &script);
            action = action.code(Code::javascript("onClick", &script).only_for(Audience::Web));
        }
        action
    }

    fn style(&mut self) -> Style {
        let mut style = Style::new();
        if self.dice.one_in(3) {
            style = style.set("align", "center");
        }
        if self.dice.one_in(4) {
            style = style.set("list", "bullet").set("leftmargin", "1.25in");
        }
        style
    }

    fn paragraph(&mut self, form: &str) -> Paragraph {
        let mut paragraph = Paragraph::new().style(self.style());
        for _ in 0..self.dice.below(5) {
            if self.dice.one_in(3) {
                let font = Font::bold().size_points(9).color("#102030");
                paragraph = paragraph.font(self.dice.one_in(2).then_some(font));
            }
            paragraph = match self.dice.below(11) {
                0..4 => {
                    let field = self.field();
                    paragraph.field(field)
                }
                4 => {
                    let formula = self.formula();
                    self.code_fact("computedtext", "value", "Formula", &formula);
                    paragraph.computed_text(&formula)
                }
                5 => {
                    let label = self.line();
                    let code = self.code("button", "click");
                    paragraph.button(Button::new(&label).code(code).set("width", "2in"))
                }
                6 => {
                    let code = self.code("actionhotspot", "click");
                    let text = self.text();
                    paragraph.hotspot(&text, [code])
                }
                7 => {
                    let name = self.name();
                    let text = self.text();
                    paragraph.link(Link::View(name), &text)
                }
                8 => {
                    let name = self.name();
                    paragraph.embedded_outline(&name).rule()
                }
                9 => {
                    let name = self.name();
                    paragraph.embedded_view(&name).image("a.gif", 16, 16)
                }
                _ => {
                    self.names += 1;
                    let word = format!("<shown&{}>", self.names);
                    self.shown.push((form.to_owned(), word.clone()));
                    let more = self.text();
                    paragraph.text(&word).text(&more)
                }
            };
        }
        paragraph
    }

    fn body(&mut self, form: &str, depth: usize) -> Body {
        let mut body = Body::new();
        for _ in 0..self.dice.below(4) {
            body = match self.dice.below(if depth < 3 { 6 } else { 3 }) {
                0 => {
                    let name = self.name();
                    self.fact(format!("subform {:?}", Some(&name)));
                    body.subform(&name)
                }
                1 => {
                    let formula = self.formula();
                    self.fact("subform None".to_owned());
                    self.code_fact("subformref", "value", "Formula", &formula);
                    body.computed_subform(&formula)
                }
                2 | 3 => {
                    let paragraph = self.paragraph(form);
                    body.paragraph(paragraph)
                }
                4 => {
                    let title = self.line();
                    let inner = self.body(form, depth + 1);
                    body.section(Section::new(&title, inner).set("expanded", "true"))
                }
                _ => {
                    let table = self.table(form, depth);
                    body.table(table)
                }
            };
        }
        body
    }

    fn table(&mut self, form: &str, depth: usize) -> Table {
        let columns = 1 + self.dice.below(3);
        let mut table = Table::new(vec!["1in"; columns]);
        for _ in 0..=self.dice.below(2) {
            let cells: Vec<Cell> = (0..columns)
                .map(|_| Cell::new(self.body(form, depth + 1)))
                .collect();
            table = table.row(cells);
        }
        if self.dice.one_in(3) {
            let cells: Vec<Cell> = (0..columns).map(|_| Cell::text("tab")).collect();
            let label = self.line();
            table = table.tab(&label, cells).set("rowdisplay", "tabs");
        }
        if columns > 1 && self.dice.one_in(2) {
            let wide = u8::try_from(columns).unwrap();
            table = table.row([Cell::text("wide").spanning(wide, 1)]);
            let rest: Vec<Cell> = (1..columns).map(|_| Cell::text("r")).collect();
            table = table
                .row(
                    [Cell::text("tall").spanning(1, 2)]
                        .into_iter()
                        .chain(rest.clone()),
                )
                .row(rest);
        }
        table
    }

    fn link(&mut self) -> (Link, String) {
        let name = self.name();
        match self.dice.below(4) {
            0 => (Link::Page(name.clone()), format!("page {name}")),
            1 => (Link::View(name.clone()), format!("view {name}")),
            2 => (Link::Form(name.clone()), format!("form {name}")),
            _ => (
                Link::Url(format!("https://{name}")),
                format!("url https://{name}"),
            ),
        }
    }
}

/// Forms, subforms and pages are made alike.
macro_rules! content {
    ($maker:ident, $type:ident, $word:literal) => {{
        let name = $maker.name();
        $maker.begin($word, &name);
        let owner = $word.to_lowercase();
        let aliases = $maker.aliases();
        let mut made = $type::new(&name);
        for alias in aliases {
            made = made.alias(&alias);
        }
        let body = $maker.body(&name, 0);
        if $maker.dice.one_in(2) {
            let code = $maker.code(&owner, "windowtitle");
            made = made.code(code);
        }
        if $maker.dice.one_in(3) {
            let script = $maker.script(&owner, &[]);
            made = made.script(&script);
        }
        for _ in 0..$maker.dice.below(3) {
            let action = $maker.action(None);
            made = made.action(action);
        }
        if $maker.dice.one_in(4) {
            $maker.fact("action \"\" Some(7)".to_owned());
            made = made.shared_action(7);
        }
        made.public_access($maker.dice.one_in(2))
            .comment(&$maker.line())
            .body(body)
    }};
}

macro_rules! collection {
    ($maker:ident, $type:ident, $word:literal) => {{
        let name = $maker.name();
        $maker.begin($word, &name);
        let aliases = $maker.aliases();
        let mut made = $type::new(&name);
        for alias in aliases {
            made = made.alias(&alias);
        }
        for _ in 0..$maker.dice.below(4) {
            let title = $maker.line();
            let item = $maker.field_name();
            let mut column = Column::item(&title, &item).width($maker.dice.byte(40).into());
            let (mut sort, mut categorized, mut hidden) = (None, false, false);
            if $maker.dice.one_in(2) {
                let formula = $maker.code(&format!("column {item}"), "value");
                column = column.code(formula);
            }
            if $maker.dice.one_in(3) {
                column = column.sorted("descending").font(Font::bold());
                sort = Some("descending");
            }
            if $maker.dice.one_in(3) {
                column = column.categorized();
                categorized = true;
                sort = sort.or(Some("ascending"));
            }
            if $maker.dice.one_in(4) {
                column = column.hidden().date_time_format([("show", "datetime")]);
                hidden = true;
            }
            if $maker.dice.one_in(5) {
                column = column.number_format([("format", "fixed"), ("digits", "0")]);
            }
            $maker.fact(format!(
                "column {item} {title:?} {sort:?} {categorized} {hidden}"
            ));
            made = made.column(column);
        }
        for _ in 0..$maker.dice.below(2) {
            let action = $maker.action(None);
            made = made.action(action);
        }
        made
    }};
}

/// The database of a seed.
pub fn random(seed: u64) -> Made {
    let mut maker = Maker {
        dice: Dice(seed),
        facts: Vec::new(),
        shown: Vec::new(),
        names: 0,
        at: "database".to_owned(),
    };
    let title = format!("T{}", maker.line().trim());
    maker.fact(format!("title {title:?}"));
    let mut database = Database::new(&title);
    if maker.dice.one_in(2) {
        database = database.template_name("Temp").info("odsversion", "52");
        maker.fact("template Temp".to_owned());
    }
    if maker.dice.one_in(2) {
        database = database.acl(acl(&mut maker));
    }
    // In any order: the builder knows the right one.
    let mut kinds: Vec<usize> = (0..15)
        .flat_map(|kind| vec![kind; maker.dice.below(3)])
        .collect();
    for at in (1..kinds.len()).rev() {
        kinds.swap(at, maker.dice.below(at + 1));
    }
    let mut libraries: Vec<String> = Vec::new();
    let mut once = BTreeSet::new();
    for kind in kinds {
        let m = &mut maker;
        database = match kind {
            0 => database.part(content!(m, Form, "Form")),
            1 => database.part(content!(m, Subform, "Subform")),
            2 => database.part(content!(m, Page, "Page")),
            3 => {
                let mut view = collection!(m, View, "View");
                let selection = m.code("view", "selection");
                view = view.code(selection);
                database.part(view)
            }
            4 => database.part(collection!(m, Folder, "Folder")),
            5 => database.part(agent(m, &libraries)),
            6 => {
                let used = uses(m, &libraries);
                m.names += 1;
                let name = format!("{}lib{}", m.dice.pick(&["z", "a", "M"]), m.names);
                m.begin("ScriptLibrary", &name);
                let aliases = m.aliases();
                let script = m.script("scriptlibrary", &used);
                let mut library = ScriptLibrary::lotusscript(&name, &script);
                for alias in aliases {
                    library = library.alias(&alias);
                }
                libraries.push(name);
                database.part(library)
            }
            7 => {
                let name = m.name();
                m.begin("ScriptLibrary", &name);
                m.fact("aliases []".to_owned());
                let script = m.text();
                m.code_fact("scriptlibrary", "library", "JavaScript", &script);
                database.part(ScriptLibrary::javascript(&name, &script))
            }
            8 => database.part(outline(m)),
            9 => {
                let (frameset, name) = frameset(m);
                if once.insert("launch") {
                    database = database.launch(Launch::new().frameset(&name));
                    m.begin("database", "");
                    m.at = "database".to_owned();
                    m.fact(format!("opens openframeset {name}"));
                }
                database.part(frameset)
            }
            10 if once.insert("sharedactions") => {
                m.begin("SharedActions", "");
                m.fact("aliases []".to_owned());
                let mut shared = SharedActions::new();
                for id in [7, 3] {
                    let action = m.action(Some(id));
                    shared = shared.action(id, action);
                }
                database.part(shared)
            }
            11 if once.insert("help") => {
                m.begin("AboutDocument", "");
                m.fact("aliases []".to_owned());
                database
                    .part(HelpDocument::about(
                        Body::new().text("about").text("\u{1}\nmore"),
                    ))
                    .part(RawNote::icon(&title))
            }
            12 => {
                let name = m.name();
                m.begin("Profile", &name);
                m.fact("aliases []".to_owned());
                database.part(profile(m, &name))
            }
            13 => {
                let name = m.name();
                m.begin("Image", &name);
                m.fact("aliases []".to_owned());
                let mut bytes = b"GIF89a".to_vec();
                bytes.extend((0..m.dice.below(200)).map(|_| m.dice.byte(255)));
                m.fact(format!("bytes {bytes:?}"));
                database.part(ImageResource::new(&name, &bytes))
            }
            14 => {
                m.at.clear();
                let before = m.facts.len();
                let field = m.field();
                // Facts of the field know its name only now.
                let name = m
                    .facts
                    .iter()
                    .skip(before)
                    .find_map(|fact| fact.strip_prefix(" field "));
                let name = name.unwrap().split(' ').next().unwrap().to_owned();
                for fact in &mut m.facts[before..] {
                    *fact = format!("SharedField {name}{fact}");
                }
                m.begin("SharedField", &name);
                m.fact("aliases []".to_owned());
                database.part(SharedField::new(field))
            }
            _ => database,
        };
    }
    if once.contains("help") {
        maker.at = format!("Icon {title}");
        maker.fact("aliases []".to_owned());
    }
    let Maker {
        mut facts, shown, ..
    } = maker;
    facts.sort();
    Made {
        database,
        facts,
        shown,
    }
}

fn uses(m: &mut Maker, libraries: &[String]) -> Vec<String> {
    let mut used = BTreeSet::new();
    for _ in 0..m.dice.below(3) {
        if !libraries.is_empty() {
            used.insert(m.dice.pick(libraries).clone());
        }
    }
    used.into_iter().collect()
}

fn acl(m: &mut Maker) -> Acl {
    let mut acl = Acl::new().set("maxinternetaccess", "reader");
    let roles = ["[Admin]", "[ä&b]"];
    for role in roles {
        acl = acl.role(role);
        m.fact(format!("role {role}"));
    }
    let level = *m.dice.pick(&Level::ALL);
    if m.dice.one_in(2) {
        acl = acl.entry(AclEntry::others(level));
        m.fact(format!(
            "entry -Default- {level:?} Some(Unspecified) true []"
        ));
    } else {
        m.fact("entry -Default- NoAccess Some(Unspecified) true []".to_owned());
    }
    for _ in 0..m.dice.below(4) {
        let name = format!("CN={}/O=Example", m.name());
        let (kind, level) = (*m.dice.pick(&EntryType::ALL), *m.dice.pick(&Level::ALL));
        let mut entry = AclEntry::new(&name, kind, level).set("deletedocs", "true");
        let role = m.dice.one_in(2).then(|| *m.dice.pick(&roles));
        if let Some(role) = role {
            entry = entry.role(role);
        }
        let roles: Vec<&str> = role.into_iter().collect();
        m.fact(format!(
            "entry {name} {level:?} Some({kind:?}) false {roles:?}"
        ));
        acl = acl.entry(entry);
    }
    acl
}

fn agent(m: &mut Maker, libraries: &[String]) -> Agent {
    let name = m.name();
    m.begin("Agent", &name);
    let aliases = m.aliases();
    let sets = [
        DocumentSet::RunOnce,
        DocumentSet::All,
        DocumentSet::Modified,
        DocumentSet::Selected,
        DocumentSet::AllInView,
        DocumentSet::UnreadInView,
    ];
    let set = *m.dice.pick(&sets);
    let at = TimeOfDay {
        hour: m.dice.byte(24),
        minute: m.dice.byte(60),
    };
    let written = format!("T{:02}{:02}00,00", at.hour, at.minute);
    let (trigger, fact) = match m.dice.below(8) {
        0 => (
            Trigger::ActionsMenu(set),
            format!("actionsmenu {:?} None", Some(set.word())),
        ),
        1 => (
            Trigger::AgentList(set),
            format!("agentlist {:?} None", Some(set.word())),
        ),
        2 => (Trigger::AfterNewMail, "afternewmail None None".to_owned()),
        3 => (Trigger::DocumentUpdate, "docupdate None None".to_owned()),
        4 => (Trigger::ServerStart, "serverstart None None".to_owned()),
        5 => {
            let minutes = 5 + u32::try_from(m.dice.below(1436)).unwrap();
            let schedule =
                Schedule::every_minutes(minutes).run_on(RunOn::Server("CN=S/O=X".to_owned()));
            let fact = format!(
                "scheduled {:?} Some(\"byminutes {minutes} T000000,00 T235900,00 None None\")",
                Some(set.word())
            );
            (Trigger::Scheduled(schedule, set), fact)
        }
        6 => {
            let schedule = Schedule::weekly(Weekday::Friday, at).on_weekends(false);
            let fact = format!(
                "scheduled {:?} Some(\"weekly 0 {written}  Some(\\\"friday\\\") None\")",
                Some(set.word())
            );
            (Trigger::Scheduled(schedule, set), fact)
        }
        _ => {
            let date = Date::new(2026, 12, 1 + m.dice.byte(31));
            let schedule = Schedule::monthly(31, at).dates(date, None);
            let fact = format!(
                "scheduled {:?} Some(\"monthly 0 {written}  None Some(\\\"31\\\")\")",
                Some(set.word())
            );
            (Trigger::Scheduled(schedule, set), fact)
        }
    };
    let mut agent = Agent::new(&name, trigger);
    for alias in aliases {
        agent = agent.alias(&alias);
    }
    let enabled = m.dice.one_in(2);
    let mut rights = "restricted";
    agent = match m.dice.below(3) {
        0 => {
            let formula = m.formula();
            m.code_fact("agent", "action", "Formula", &formula);
            agent.formula(&formula)
        }
        1 => {
            let used = uses(m, libraries);
            let script = m.script("agent", &used);
            if !used.is_empty() {
                rights = "unrestricted";
                agent = agent.unrestricted();
            }
            agent.script(&script)
        }
        _ => {
            m.fact(
                "code of agent, action, SimpleAction: \"<simpleaction action='markread'/>\""
                    .to_owned(),
            );
            agent.code(Code::simple_actions([SimpleAction::mark_read(true)]))
        }
    };
    m.fact(format!("runs {fact} {enabled} {rights}"));
    agent.enabled(enabled)
}

fn outline(m: &mut Maker) -> Outline {
    let name = m.name();
    m.begin("Outline", &name);
    m.fact("aliases []".to_owned());
    let mut outline = Outline::new(&name);
    let mut deepest = 0;
    for _ in 0..m.dice.below(5) {
        let label = m.line();
        let level = m.dice.byte(deepest + 1);
        deepest = level + 1;
        let (entry, what) = match m.dice.below(3) {
            0 => (OutlineEntry::heading(&label), "none None".to_owned()),
            1 => {
                let formula = m.formula();
                m.code_fact(
                    &format!("outlineentry {label}"),
                    "value",
                    "Formula",
                    &formula,
                );
                (
                    OutlineEntry::action(&label, &formula),
                    "action None".to_owned(),
                )
            }
            _ => {
                let (link, fact) = m.link();
                let kind = if fact.starts_with("url") {
                    "urllink"
                } else {
                    "namedelementlink"
                };
                (
                    OutlineEntry::link(&label, link).image("i.gif"),
                    format!("{kind} {:?}", Some(fact)),
                )
            }
        };
        m.fact(format!("entry {label:?} {level} {what}"));
        outline = outline.entry(entry.level(level));
    }
    outline
}

fn frameset(m: &mut Maker) -> (Frameset, String) {
    let name = m.name();
    m.begin("Frameset", &name);
    m.fact("aliases []".to_owned());
    let frame = |m: &mut Maker| {
        let (link, fact) = m.link();
        let frame = m.field_name();
        m.fact(format!("frame {frame} {fact}"));
        Frame::new(&frame, link).target("Body")
    };
    let (one, two, three) = (frame(m), frame(m), frame(m));
    let inner = Frameset::rows("", ["1*", "100px"]).frame(two).frame(three);
    (
        Frameset::columns(&name, ["20%", "80%"])
            .frame(one)
            .divided(inner),
        name,
    )
}

fn profile(m: &mut Maker, name: &str) -> Profile {
    let text = m.text();
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    m.fact(format!("item Note {:?}", [lines]));
    let texts: Vec<String> = (0..m.dice.below(4)).map(|_| m.line()).collect();
    m.fact(format!("item List {texts:?}"));
    let number = f64::from(m.dice.byte(200)) / 8.0;
    m.fact(format!("item Number {:?}", [number.to_string()]));
    let at = DateTime {
        date: Date::new(2026, 7, 1 + m.dice.byte(31)),
        time: Some(Time {
            hour: 9,
            minute: m.dice.byte(60),
            second: 0,
            hundredth: None,
        }),
        ..DateTime::default()
    };
    m.fact(format!("item At {:?}", [at.to_string()]));
    Profile::new(name)
        .item(Item::text("Note", &text))
        .item(Item::texts("List", texts))
        .item(Item::number("Number", number))
        .item(Item::date_time("At", at))
        .item(Item::raw("Raw", 0x400, &[0; 8]))
}

/// A part with names and attributes that nobody looked at; most are refused.
pub fn careless(seed: u64) -> Result<Tree, BuildError> {
    let mut dice = Dice(seed);
    let names = [
        "Boat", "", " a", "a|b", "Ä&<'\">", "a\nb", "$x", "x y", "1x", "\u{85}", "a.b", "b\\c", "_",
    ];
    let mut name = || {
        let name = *dice.pick(&names);
        match dice.below(80) {
            0 => name.repeat(40),
            1..6 => name.to_owned(),
            _ => "Good".to_owned(),
        }
    };
    let texts: Vec<String> = (0..8).map(|_| name()).collect();
    let text = |at: usize| texts[at].as_str();
    let mut set = |element: &str| -> (String, String) {
        let schema = Schema::domino_9_0_1();
        let attributes = &schema.element(schema.find(element).unwrap()).attributes;
        let attribute = dice.pick(attributes);
        let values = [
            "true",
            "",
            "1",
            "-1",
            "a b",
            "é",
            "x:y",
            "1.5in",
            "#ffffff",
            "\t",
            "85257C43005FA915",
            "nosuch",
            " a",
        ];
        let value = match &attribute.kind {
            AttributeKind::OneOf(words) if !dice.one_in(12) => dice.pick(words).as_str(),
            _ if dice.one_in(3) => *dice.pick(&values),
            _ => "1",
        };
        match dice.below(200) {
            0 => ("nosuch".to_owned(), value.to_owned()),
            // Most of the time something harmless.
            1..40 => (attribute.name.clone(), value.to_owned()),
            _ => ("xmlns".to_owned(), NAMESPACE.to_owned()),
        }
    };
    /// One attribute, if the element has such a thing.
    macro_rules! set {
        ($made:expr, $element:literal) => {{
            let (name, value) = set($element);
            if name == "xmlns" {
                $made
            } else {
                $made.set(&name, value)
            }
        }};
    }
    let field = set!(Field::new(text(0), FieldType::Text), "field").default_value(text(1));
    let action = set!(Action::new(text(2)), "action").formula("1");
    let body = Body::new()
        .paragraph(
            Paragraph::new()
                .style(set!(Style::new(), "pardef"))
                .field(field),
        )
        .table(set!(Table::new(["1in"]), "table").row([set!(Cell::text(text(3)), "tablecell")]))
        .section(set!(Section::new(text(4), Body::new()), "section"))
        .paragraph(
            Paragraph::new()
                .font(set!(Font::bold(), "font"))
                .button(set!(Button::new(text(5)), "button")),
        );
    let mut database = Database::new("Careless");
    let form = set!(Form::new(text(6)), "form").body(body).action(action);
    let column = set!(Column::item(text(5), text(7)), "column");
    let frames = set!(Frameset::columns(text(1), ["1*"]), "frameset");
    let frame = set!(Frame::new(text(2), Link::Page("p".to_owned())), "frame");
    let agent = Agent::new(text(3), Trigger::AfterNewMail).formula("1");
    let entry = set!(
        AclEntry::new("A", EntryType::Person, Level::Editor),
        "aclentry"
    );
    database = set!(database, "database")
        .acl(set!(Acl::new(), "acl").entry(entry))
        .part(form)
        .part(set!(View::new(text(4)), "view").column(column))
        .part(frames.frame(frame))
        .part(set!(agent, "agent"))
        .part(
            set!(Outline::new("O"), "outline")
                .entry(set!(OutlineEntry::heading(text(5)), "outlineentry")),
        )
        .part(
            set!(Profile::new(text(6)), "profiledocument")
                .item(set!(Item::text(text(7), "v"), "item")),
        );
    database.build()
}

/// The same facts, read from a file through the design views.
pub fn facts_of(tree: &Tree) -> Vec<String> {
    let mut facts = Vec::new();
    let database = design::Database::of(tree.root()).unwrap();
    facts.push(format!("database title {:?}", database.title()));
    facts.extend(
        database
            .template_name()
            .map(|name| format!("database template {name}")),
    );
    if let Some((how, what)) = database.launch().and_then(|launch| launch.in_notes()) {
        facts.push(format!("database opens {how} {}", what.unwrap()));
    }
    if let Some(acl) = database.acl() {
        facts.extend(acl.roles().map(|role| format!("database role {role}")));
        for entry in acl.entries() {
            let roles: Vec<String> = entry.roles().map(Into::into).collect();
            let (name, level) = (entry.name(), entry.level().unwrap());
            let (kind, is_default) = (entry.kind(), entry.is_for_others());
            facts.push(format!(
                "database entry {name} {level:?} {kind:?} {is_default} {roles:?}"
            ));
        }
    }
    for design in database.designs() {
        let mut lines = vec![format!("aliases {:?}", design.aliases())];
        facts_in(design, &mut lines);
        lines.extend(design.code().map(|code| {
            let (owner, event) = (label(code.owner()), code.event());
            format!(
                "code of {owner}, {event}, {:?}: {:?}",
                code.language(),
                code.text()
            )
        }));
        let head = format!("{:?} {}", design.sort(), design.name());
        facts.extend(lines.into_iter().map(|line| format!("{head} {line}")));
    }
    facts.sort();
    facts
}

fn label(owner: Element<'_>) -> String {
    let attribute = match owner.name() {
        "field" => "name",
        "column" => "itemname",
        "action" => "title",
        "outlineentry" => "label",
        other => return other.to_owned(),
    };
    format!(
        "{} {}",
        owner.name(),
        owner.attribute(attribute).unwrap_or_default()
    )
}

fn facts_in(design: Design<'_>, lines: &mut Vec<String>) {
    let action = |action: design::Action<'_>| {
        let id = action.id().map(|id| id.parse::<u32>().unwrap());
        format!("action {:?} {id:?}", action.title())
    };
    let field = |field: design::Field<'_>| {
        let (name, holds, kind) = (field.name(), field.holds(), field.kind());
        format!(
            "field {name} {holds} {kind} {} {:?}",
            field.has_many_values(),
            field.choices()
        )
    };
    let subform = |subform: design::SubformReference<'_>| format!("subform {:?}", subform.name());
    let column = |column: design::Column<'_>| {
        let (item, title, sort) = (column.item_name().unwrap(), column.title(), column.sort());
        format!(
            "column {item} {title:?} {sort:?} {} {}",
            column.is_categorized(),
            column.is_hidden()
        )
    };
    let link = |link: design::Link<'_>| format!("{} {}", link.kind(), link.target().unwrap());
    match design {
        Design::Form(form) => {
            lines.extend(form.actions().map(action));
            lines.extend(form.fields().map(field));
            lines.extend(form.subforms().map(subform));
        }
        Design::Subform(form) => {
            lines.extend(form.actions().map(action));
            lines.extend(form.fields().map(field));
            lines.extend(form.subforms().map(subform));
        }
        Design::Page(page) => {
            lines.extend(page.actions().map(action));
            lines.extend(page.fields().map(field));
            lines.extend(page.subforms().map(subform));
        }
        Design::View(view) => {
            lines.extend(view.actions().map(action));
            lines.extend(view.columns().map(column));
        }
        Design::Folder(folder) => {
            lines.extend(folder.actions().map(action));
            lines.extend(folder.columns().map(column));
        }
        Design::SharedField(shared) => lines.extend(shared.field().map(field)),
        Design::SharedActions(shared) => lines.extend(shared.actions().map(action)),
        Design::Agent(agent) => {
            let (trigger, documents, schedule) =
                (agent.trigger(), agent.document_set(), agent.schedule());
            let schedule = schedule.map(|schedule| {
                let minutes = schedule.interval_minutes().unwrap();
                let start = schedule.start_time().unwrap().written;
                let end = schedule.end_time().map_or("".into(), |end| end.written);
                let days = (schedule.day_of_week(), schedule.day_of_month());
                format!(
                    "{} {minutes} {start} {end} {:?} {:?}",
                    schedule.kind(),
                    days.0,
                    days.1
                )
            });
            let (enabled, rights) = (agent.is_enabled(), agent.restrictions());
            lines.push(format!(
                "runs {trigger} {documents:?} {schedule:?} {enabled} {rights}"
            ));
        }
        Design::Outline(outline) => lines.extend(outline.entries().map(|entry| {
            let (label, level, kind) = (entry.label(), entry.level().unwrap(), entry.kind());
            format!(
                "entry {label:?} {level} {kind} {:?}",
                entry.link().map(link)
            )
        })),
        Design::Frameset(frameset) => lines.extend(
            frameset
                .frames()
                .map(|frame| format!("frame {} {}", frame.name(), link(frame.link().unwrap()))),
        ),
        Design::Profile(profile) => lines.extend(
            profile
                .items()
                .filter(|item| item.name() != "Raw")
                .map(|item| format!("item {} {:?}", item.name(), item.texts())),
        ),
        Design::Resource(image) => {
            let bytes = image.data().unwrap().decode().unwrap();
            lines.push(format!("bytes {bytes:?}"));
        }
        _ => {}
    }
}
