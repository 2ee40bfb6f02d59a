//! rsigma as one side of the comparison; ../side.md says what a side reads and writes.
//!
//! rsigma-side RULES EVENTS [ORIGINS]: with ORIGINS (one line of products, categories and services per event, tabs
//! between, commas where there are several, empty where nobody knows) rules of other log sources are passed over.

use std::collections::HashMap;
use std::fs;
use std::io::{self, BufRead, Write};
use std::path::Path;
use std::time::Instant;

use rsigma_eval::{Engine, EvaluationResult, JsonEvent};
use rsigma_parser::{LogSource, SigmaRule, parse_sigma_directory};
use serde_json::json;

/// Where an event comes from. The engine prunes by the names that are the only ones of their kind; by those that
/// are one of several it cannot, and what it finds is looked through afterwards.
struct Origin {
    only: LogSource,
    several: [Vec<String>; 3],
}

impl Origin {
    fn admits(&self, rule: &LogSource) -> bool {
        let wanted = [&rule.product, &rule.category, &rule.service];
        wanted.iter().zip(&self.several).all(|(name, known)| match name {
            Some(name) if !known.is_empty() => known.iter().any(|one| one.eq_ignore_ascii_case(name)),
            _ => true,
        })
    }
}

struct Side {
    engine: Engine,
    events: Vec<String>,
    origins: Vec<Origin>,
    log_sources: HashMap<String, LogSource>, // by the rule's id
}

impl Side {
    fn matches(&self, index: usize) -> Vec<EvaluationResult> {
        let value: serde_json::Value = serde_json::from_str(&self.events[index]).expect("events are JSON");
        let event = JsonEvent::borrow(&value);
        match self.origins.get(index) {
            Some(origin) => self.admitted(origin, self.engine.evaluate_pruned(&event, &origin.only)),
            None => self.engine.evaluate(&event),
        }
    }

    fn admitted(&self, origin: &Origin, mut found: Vec<EvaluationResult>) -> Vec<EvaluationResult> {
        found.retain(|result| {
            let id = result.header.rule_id.as_deref().unwrap_or_default();
            self.log_sources.get(id).is_none_or(|source| origin.admits(source))
        });
        found
    }

    fn turn(&self, indices: &[usize]) -> serde_json::Value {
        let begun = Instant::now();
        let matches: usize = indices.iter().map(|&index| self.matches(index).len()).sum();
        json!({"events": indices.len(), "seconds": begun.elapsed().as_secs_f64(), "matches": matches})
    }

    fn write_pairs(&self, path: &str, indices: &[usize]) -> io::Result<serde_json::Value> {
        let mut file = io::BufWriter::new(fs::File::create(path)?);
        let mut pairs = 0;
        for &index in indices {
            for found in self.matches(index) {
                writeln!(file, "{}\t{}", index, found.header.rule_id.unwrap_or_default())?;
                pairs += 1;
            }
        }
        file.flush()?;
        Ok(json!({"pairs": pairs}))
    }
}

fn origin_of(line: &str) -> Origin {
    let mut only: [Option<String>; 3] = Default::default();
    let mut several: [Vec<String>; 3] = Default::default();
    for (kind, part) in line.split('\t').enumerate() {
        let names: Vec<String> = part.split(',').filter(|name| !name.is_empty()).map(str::to_string).collect();
        match names.as_slice() {
            [name] => only[kind] = Some(name.clone()),
            _ => several[kind] = names,
        }
    }
    let [product, category, service] = only;
    Origin { only: LogSource { product, category, service, ..LogSource::default() }, several }
}

fn lines_of(path: &str) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("cannot read {path}: {error}"));
    text.lines().map(str::to_string).collect()
}

/// One of the numbers of /proc/self/statm, in bytes.
fn resident_bytes() -> u64 {
    const PAGE: u64 = 4096;
    let pages = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    pages.split(' ').nth(1).and_then(|n| n.parse::<u64>().ok()).unwrap_or(0) * PAGE
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let events = lines_of(&arguments[1]);
    let origins = arguments.get(2).map(|path| lines_of(path).iter().map(|line| origin_of(line)).collect());
    let parsed = parse_sigma_directory(Path::new(&arguments[0])).expect("a folder of rules");
    let rules: Vec<&SigmaRule> = parsed.rules.iter().collect();

    let before = resident_bytes();
    let begun = Instant::now();
    let mut engine = Engine::new();
    let refused = engine.add_rules(rules.iter().copied()).len();
    let seconds = begun.elapsed().as_secs_f64();
    let ready = json!({"rules": engine.rule_count(), "refused": refused + parsed.errors.len(),
        "compile_seconds": seconds, "rss_bytes": resident_bytes().saturating_sub(before)});
    println!("{ready}");

    let log_sources =
        parsed.rules.iter().filter_map(|rule| Some((rule.id.clone()?, rule.logsource.clone()))).collect();
    let side = Side { engine, events, origins: origins.unwrap_or_default(), log_sources };
    for line in io::stdin().lock().lines() {
        let line = line.expect("a command");
        let words: Vec<&str> = line.split(' ').collect();
        let number = |at: usize| words[at].parse::<usize>().expect("a number");
        let (stride, offset) = (number(1), number(2));
        let indices: Vec<usize> = (offset..side.events.len()).step_by(stride).collect();
        let answer = match words[0] {
            "turn" => side.turn(&indices),
            "pairs" => side.write_pairs(words[3], &indices).expect("pairs are written"),
            other => panic!("no command {other}"),
        };
        println!("{answer}");
    }
}
