//! The nearest thing to an event that was not seen.

use super::event::Event;
use super::pattern::Pattern;
use crate::probe::moment::clock;

/// `bulk_import_end was seen with status failed, expected completed`; none where nothing agrees in any field.
///
/// An event is near where it agrees in much. A field that other entries ask for too (the import's id) weighs more than
/// others, and what few events agree in more than what many do.
pub(super) fn nearest(pattern: &Pattern, others: &[Pattern], events: &[&Event]) -> Option<String> {
    let agreements: Vec<Vec<bool>> = events.iter().map(|event| pattern.agreement(event.fields())).collect();
    let width = agreements.first().map_or(0, Vec::len);
    let common = pattern.in_common(others);
    let weight = |field: usize| weight(&agreements, field) * if common[field] { 1.5 } else { 1.0 };
    let weights: Vec<f64> = (0..width).map(weight).collect();
    let score = |agreement: &[bool]| -> f64 {
        agreement.iter().zip(&weights).filter(|(agrees, _)| **agrees).map(|(_, weight)| weight).sum()
    };
    let scored = events.iter().zip(&agreements).map(|(event, agreement)| (event, score(agreement)));
    let best = scored.filter(|(_, score)| *score > 0.0).max_by(|(_, a), (_, b)| a.total_cmp(b));
    best.map(|(event, _)| told(pattern, event))
}

fn weight(agreements: &[Vec<bool>], field: usize) -> f64 {
    let agreeing = agreements.iter().filter(|agreement| agreement[field]).count();
    let agreeing = u32::try_from(agreeing).unwrap_or(u32::MAX);
    // The first agreement counts for one, the rest decides between events that agree in as many fields.
    if agreeing == 0 { 0.0 } else { 1.0 + 1.0 / f64::from(agreeing) }
}

fn told(pattern: &Pattern, event: &Event) -> String {
    let name = pattern.name_of(event.fields()).unwrap_or_else(|| format!("a line at {}", clock(event.line().time)));
    format!("{name} was seen with {}", pattern.differences(event.fields()))
}
