//! Which pool number a text comes from, so that its answer finds the way home [SPEC 5.1, 5.2]. Pure: what is open was loaded, what is chosen is written by the caller.

use crate::config::rooms::PoolMode;
use crate::store::pairs;

/// For whom a number is chosen.
#[derive(Debug, Clone, Copy)]
pub(super) struct For {
    pub user_id: i64,
    pub company_id: i64,
}

/// The number chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Choice {
    pub number: i64,
    /// The open pair that it takes over.
    pub supersedes: Option<i64>,
    /// Whether the handset's cursor stands there now.
    pub moves_cursor: bool,
}

/// Chooses from `pool` (in its order) for a handset whose cursor stands at `cursor` and whose open pairs, over all senders, are `open`.
///
/// Walks on from the cursor to the first number without an open pair, which is the least recently used free one. If there is none: the user's own oldest pair, then its
/// company's; never another company's (`None`).
pub(super) fn choose(
    pool: &[i64],
    cursor: Option<i64>,
    open: &[&pairs::Model],
    who: For,
    mode: PoolMode,
) -> Option<Choice> {
    if mode == PoolMode::PerConversation {
        let current = open
            .iter()
            .filter(|pair| pair.user_id == who.user_id && pool.contains(&pair.number))
            .max_by_key(|pair| pair.id);
        if let Some(pair) = current {
            return Some(Choice {
                number: pair.number,
                supersedes: Some(pair.id),
                moves_cursor: false,
            });
        }
    }
    let start = cursor.map_or(0, |last| pool.partition_point(|number| *number <= last));
    let walk = pool.iter().cycle().skip(start).take(pool.len());
    if let Some(free) = walk
        .copied()
        .find(|number| !open.iter().any(|pair| pair.number == *number))
    {
        return Some(Choice {
            number: free,
            supersedes: None,
            moves_cursor: true,
        });
    }
    let oldest = |own: &dyn Fn(&pairs::Model) -> bool| {
        open.iter()
            .filter(|pair| own(pair) && pool.contains(&pair.number))
            .min_by_key(|pair| (pair.opened_at, pair.id))
            .copied()
    };
    let pair = oldest(&|pair| pair.user_id == who.user_id)
        .or_else(|| oldest(&|pair| pair.company_id == who.company_id))?;
    Some(Choice {
        number: pair.number,
        supersedes: Some(pair.id),
        moves_cursor: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(id: i64, number: i64, user_id: i64, company_id: i64) -> pairs::Model {
        pairs::Model {
            id,
            number,
            handset: 61_491_570_156,
            sms_id: id,
            user_id,
            company_id,
            opened_at: id,
            closes_at: 1_000,
            superseded_at: None,
        }
    }

    fn chosen(
        cursor: Option<i64>,
        open: &[pairs::Model],
        user_id: i64,
        company_id: i64,
        mode: PoolMode,
    ) -> Option<(i64, Option<i64>)> {
        let open: Vec<_> = open.iter().collect();
        choose(
            &[10, 20, 30],
            cursor,
            &open,
            For {
                user_id,
                company_id,
            },
            mode,
        )
        .map(|choice| (choice.number, choice.supersedes))
    }

    #[test]
    fn walks_round_the_pool_past_open_pairs() {
        let message = PoolMode::PerMessage;
        assert_eq!(chosen(None, &[], 1, 1, message), Some((10, None)));
        assert_eq!(chosen(Some(10), &[], 1, 1, message), Some((20, None)));
        assert_eq!(chosen(Some(30), &[], 1, 1, message), Some((10, None)));
        assert_eq!(
            chosen(Some(15), &[], 1, 1, message),
            Some((20, None)),
            "a number that was removed"
        );
        assert_eq!(
            chosen(Some(10), &[pair(1, 20, 9, 9)], 1, 1, message),
            Some((30, None))
        );
        assert_eq!(
            chosen(
                Some(20),
                &[pair(1, 30, 9, 9), pair(2, 10, 9, 9)],
                1,
                1,
                message
            ),
            Some((20, None))
        );
    }

    #[test]
    fn an_exhausted_pool_gives_own_pairs_only() {
        let message = PoolMode::PerMessage;
        let full = [pair(1, 10, 8, 2), pair(2, 20, 1, 1), pair(3, 30, 7, 1)];
        assert_eq!(
            chosen(None, &full, 1, 1, message),
            Some((20, Some(2))),
            "the user's own"
        );
        assert_eq!(
            chosen(None, &full, 5, 1, message),
            Some((20, Some(2))),
            "the company's oldest"
        );
        assert_eq!(
            chosen(None, &full, 5, 5, message),
            None,
            "never another company's"
        );
        assert_eq!(
            choose(
                &[],
                None,
                &[],
                For {
                    user_id: 1,
                    company_id: 1
                },
                message
            ),
            None
        );
    }

    #[test]
    fn a_conversation_keeps_its_number() {
        let open = [pair(1, 10, 1, 1), pair(2, 20, 2, 1)];
        assert_eq!(
            chosen(Some(20), &open, 1, 1, PoolMode::PerConversation),
            Some((10, Some(1)))
        );
        assert_eq!(
            chosen(Some(20), &open, 3, 1, PoolMode::PerConversation),
            Some((30, None))
        );
    }
}
