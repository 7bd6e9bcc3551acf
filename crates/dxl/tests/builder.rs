//! Whole databases, made up at random by the builder: our checker finds nothing, the design views give back what was put in, and the bytes are the same each time.

#![allow(clippy::unwrap_used)]

mod random_database;

use dxl::Tree;
use dxl::check::{Options, Profile, check};
use dxl::design::{Design, DesignElement, designs};
use proptest::prelude::*;
use random_database::{Made, careless, facts_of, random};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn what_is_built_is_valid_and_reads_back(seed in any::<u64>()) {
        let Made { database, facts, shown } = random(seed);
        let built = database.build();
        prop_assert!(built.is_ok(), "{}", built.unwrap_err());
        let text = built.unwrap().to_xml().unwrap();

        let checked = check("built", text.as_bytes(), &Options::new(Profile::Import)).unwrap();
        prop_assert_eq!(checked.findings, vec![], "{}", text);

        let read = Tree::parse(&text).unwrap();
        prop_assert_eq!(facts_of(&read), facts);
        for (form, word) in shown {
            let body = designs(read.root()).find_map(|design| match design {
                Design::Form(one) if one.name() == form => one.body(),
                Design::Subform(one) if one.name() == form => one.body(),
                Design::Page(one) if one.name() == form => one.body(),
                _ => None,
            });
            prop_assert!(body.unwrap().plain_text().contains(&word), "{}", word);
        }

        prop_assert_eq!(read.to_xml().unwrap(), text.clone());
        prop_assert_eq!(random(seed).database.build().unwrap().to_xml().unwrap(), text);
    }

    #[test]
    fn what_is_careless_is_refused_with_a_remedy_or_valid(seed in any::<u64>()) {
        match careless(seed) {
            Ok(tree) => {
                let text = tree.to_xml().unwrap();
                let checked = check("built", text.as_bytes(), &Options::new(Profile::Import)).unwrap();
                prop_assert_eq!(checked.findings, vec![], "{}", &text);
                prop_assert_eq!(Tree::parse(&text).unwrap(), tree);
            }
            Err(why) => {
                prop_assert!(why.element.starts_with("database"), "{}", why);
                prop_assert!(!why.message.is_empty() && !why.remedy.is_empty(), "{:?}", why);
            }
        }
    }
}
