//! Walks `src/` and holds it to the design: who may name whom, one door for each outside crate, no panics.

use crate::source;
use source::{SourceFile, files};
use std::collections::BTreeSet;

/// Part of the tree -> the parts that it may name. The longest prefix that fits a file counts.
const MAY_NAME: &[(&str, &[&str])] = &[
    // Numbers to numbers: every part may name it.
    ("maths", &[]),
    ("model", &[]),
    ("settings", &["model"]),
    ("issue", &["model"]),
    // Texts to texts: it knows nothing of what they are about.
    ("language", &[]),
    // A station of the line takes what the station before it gives.
    ("read", &["model", "settings", "issue"]),
    ("decode", &["model", "settings", "issue", "read"]),
    ("flow", &["model", "settings", "issue"]),
    ("stats", &["model", "settings", "issue", "flow"]),
    // Learning knows tables, not flows.
    ("learn", &["model", "settings", "stats"]),
    // Questions to what the stations before have counted; it knows neither detectors nor pipeline.
    ("explore", &["model", "flow", "stats", "filter/quoted"]),
    ("detect", &["model", "settings", "issue", "flow", "stats", "learn"]),
    // What is normal, and what differs from it, of flows alone: no pipeline, so that the page can ask for it too.
    ("baseline", &["model", "flow", "detect/card", "detect/support"]),
    // What is done about findings knows findings only: the page does it too, without the detectors.
    ("triage", &["model", "issue"]),
    // The sentences that page, report, JSON and command show first.
    ("summary", &["model"]),
    ("filter", &["model", "flow", "stats"]),
    ("indicators", &["model", "flow"]),
    ("chart", &["model", "stats"]),
    ("protocol", &["model", "settings", "export/TableExport", "export/pseudonyms/PseudonymKey"]),
    // Questions are about the tables, which the pipeline owns.
    // What is learnt from is made of the tables; learning itself knows none.
    ("anomalies", &["model", "settings", "stats", "flow", "learn", "pipeline", "protocol"]),
    // The same tables with labels; findings are built as detectors build theirs.
    (
        "training",
        &["model", "settings", "stats", "learn", "anomalies", "pipeline", "protocol", "detect/card", "detect/support"],
    ),
    // What stands beside the open file, for command and worker.
    (
        "attach",
        &[
            "model",
            "settings",
            "learn",
            "baseline",
            "indicators",
            "pipeline",
            "training",
            "protocol/attached",
            "protocol/comparison",
        ],
    ),
    (
        "query",
        &[
            "model",
            "stats",
            "explore",
            "protocol",
            "flow",
            "decode",
            "read",
            "issue",
            "pipeline",
            "export",
            "filter",
            "anomalies/AnomalyQueries",
        ],
    ),
    ("export", &["model", "chart", "flow", "summary", "language"]),
    (
        "session",
        &["language", "model", "settings", "issue/IssueKind", "protocol", "triage", "filter/quoted", "export/rows"],
    ),
    // What the browser does for us knows neither page nor worker.
    ("web/browser", &["language", "protocol", "chart/draw", "model", "session"]),
    // Cards and descriptors are the only things of pipeline and detectors that the page may see; a test holds it to that.
    ("web/page", PAGE),
    // Below the views: nothing here knows one of them.
    ("web/page/parts", PARTS),
    ("web/page/hooks", HOOKS),
    (
        "web/worker",
        &[
            "pipeline",
            "anomalies",
            "query",
            "explore/turn",
            "explore/Turn",
            "protocol",
            "settings",
            "model",
            "issue",
            "detect",
            "triage",
            "attach",
            "training",
            "learn/trained",
            "export/pseudonyms/PseudonymKey",
            "web/browser",
            "web/extra/learning",
        ],
    ),
    // What is loaded on demand learns of tasks that the worker made, and writes what the page has.
    ("web/extra", &["anomalies", "training", "learn/trained", "export", "model", "protocol", "web/browser"]),
    ("web", &[]),
    ("pipeline", &["model", "settings", "issue", "read", "decode", "flow", "stats", "detect", "triage", "protocol"]),
    // Of the counting, the command needs only what compares scores with labels.
    (
        "command",
        &[
            "model",
            "settings",
            "issue",
            "read/UnsupportedFile",
            "flow",
            "stats/labels",
            "stats/ranking",
            "chart",
            "explore",
            "learn",
            "anomalies",
            "training",
            "baseline",
            // What a model or a comparison adds is added as the page adds it.
            "attach",
            "protocol",
            "session/anomalies",
            "pipeline",
            "query",
            "export",
            "filter",
            "indicators",
            "language",
            "summary",
        ],
    ),
];

/// Part -> its rooms in layers, the ground first: a room names rooms of lower layers only, never one beside it. Of several
/// that fit, the longest counts.
const LAYERS: &[(&str, &[&[&str]])] = &[
    (
        "model",
        &[
            &["net", "comment", "explained", "extra", "explore", "guess", "rows", "terms"],
            &["app", "neighbours", "stream"],
            &["format", "packet"],
            &["flow", "finding", "interface", "listing"],
            &["graph"],
            &["analysis", "chart"],
            &["coverage"],
            &["slowness"],
        ],
    ),
    ("summary", &[&["sentence", "unusual", "wording"], &["limits", "risk", "success"], &["checked"], &["briefing"]]),
    ("triage", &[&["deduplicate", "offer", "step"], &["sentence"], &["incident"]]),
    ("settings", &[&["choice", "columns", "general"], &["table"], &["file"]]),
    ("read", &[&["capture"], &["guess", "unpack"], &["table"], &["member", "report"], &["input"], &["merge"]]),
    (
        "read/table",
        &[
            // What knows no table.
            &["composed", "flags", "kdd", "labels", "log/tool", "synonyms", "time", "translate", "width"],
            &["wording"],
            &["format", "lines", "plain", "roles"],
            &["clock", "figure", "packet_fields", "state"],
            &["dialect/contract", "number"],
            &["cells", "flow", "json", "units"],
            &["log", "names", "packets"],
            &["dialect", "survey"],
            &["carried", "choices", "content"],
            // The front of a file, then its rows.
            &["header"],
            &["in_words"],
            &["cell_reader"],
            &["rows"],
        ],
    ),
    (
        "decode/link",
        &[
            &["ethernet", "frame_relay", "hdlc", "ipoib", "nflog", "null", "pktap", "ppp", "slip"],
            &["dsa", "fddi", "linux_sll", "wifi"],
            &["avs", "linux_sll2", "ppi", "radiotap"],
            &["prism"],
        ],
    ),
    (
        "decode/app",
        &[
            &["parser"],
            &["support"],
            &["web/quic"],
            &["registry"],
            &["carried", "describe"],
            &[
                "database",
                "directory",
                "industrial",
                "infra",
                "link",
                "login",
                "mail",
                "media",
                "names",
                "overlay",
                "web",
            ],
        ],
    ),
    (
        "learn",
        &[
            &["agreement", "matrix", "products", "random", "trace", "work"],
            &["covariance", "method", "neighbours", "scale", "autoencoder"],
            &["model", "prepare", "reference", "tails", "threshold"],
            &["column", "forest", "linear", "plane"],
            &["outlier"],
            &["register", "scoring"],
            &["consensus"],
            &["explain"],
            // With labels: needs the ground only.
            &["trained"],
        ],
    ),
    (
        "learn/trained",
        &[
            &["table"],
            &["binned", "calibration", "classifier", "folds", "measures", "recipe"],
            &["leaks", "tree"],
            &["forest"],
            &["extra_trees", "logistic_regression", "naive_bayes", "nearest", "random_forest"],
            &["register"],
            &["validate"],
            &["model"],
        ],
    ),
    (
        "explore",
        &[
            &["axis", "classes", "filter", "key", "sources", "turn"],
            &["dimension"],
            &["dimensions", "measure"],
            &["measures"],
            &["plan", "groups"],
            &["coded", "tally"],
            &["splits"],
            &["gather"],
            &["catalogue"],
            &["correlation", "order", "words"],
            &["answer"],
        ],
    ),
    (
        "detect",
        &[
            &["card"],
            // What is counted once for several detectors, which the contract hands them.
            &[
                "support/capped_map",
                "support/domains",
                "support/episodes",
                "support/local_networks",
                "support/wordiness",
                "ml/spec",
            ],
            &[
                "support/address_claims",
                "support/connection_attempts",
                "support/gateway",
                "support/odd_server",
                "support/service_answers",
            ],
            &["ml/flow_rows"],
            &["detector"],
            &["support"],
            &[
                "brute_force",
                "command_control",
                "covert",
                "evasion",
                "exfiltration",
                "exploit",
                "exposure",
                "flood",
                "industrial",
                "lateral",
                "ml",
                "performance",
                "scan",
                "spoofing",
                "statistical",
            ],
            &["benign_rates"],
        ],
    ),
    (
        "chart",
        &[
            &["boxes", "draw", "likeness"],
            &[
                "changes",
                "course",
                "explored",
                "packet_sizes",
                "packets_over_time",
                "protocols",
                "top_ports",
                "top_talkers",
                "traffic_over_time",
            ],
        ],
    ),
    (
        "filter",
        &[
            &["view", "error"],
            &["field", "token"],
            &["fields", "fault", "literal"],
            &["register", "check"],
            &["suggest", "word"],
            &["node"],
            &["parser", "selection"],
            &["rows"],
        ],
    ),
    (
        "export",
        &[
            &["cell", "entry"],
            &["flow_rows", "flow_values", "report/names", "report/options"],
            &["pseudonyms", "report/content"],
            &[
                "answer",
                "beacons",
                "columnar",
                "facts",
                "findings",
                "flow_logs",
                "flows_csv",
                "indicators",
                "json",
                "pcapng",
                "rows",
            ],
            &["report"],
        ],
    ),
    (
        "protocol",
        &[
            &["attached", "comparison", "packed", "window"],
            &["anomalies"],
            &["demonstration", "training"],
            &["query"],
            &["listing", "reply", "request"],
            &["envelope"],
        ],
    ),
    (
        "anomalies",
        &[
            &["counted", "feature"],
            &["ends", "flow_figures", "spans", "table_rows"],
            &["subjects"],
            &["cuts", "offer", "task"],
            &["learner", "demonstration"],
            &["queries"],
        ],
    ),
    ("attach", &[&["attachment", "recognise"], &["comparison"], &["apply"]]),
    ("baseline", &[&["profile", "stat"], &["compare"], &["findings"]]),
    ("training", &[&["features", "marks"], &["gather", "label_file"], &["apply", "queries"], &["findings"]]),
    (
        "query",
        &[
            &["listing", "streams"],
            &["slices"],
            &["scan"],
            &["filter"],
            &[
                "expert",
                "findings",
                "flows",
                "graph",
                "host_guesses",
                "rows",
                "columns",
                "packets",
                "packets_again",
                "neighbours",
                "stream",
            ],
            &["explore", "looks", "saving"],
        ],
    ),
    (
        "session",
        &[
            &["arrangement", "colours", "lesson", "marks", "selection"],
            &["explore"],
            &[
                "attached",
                "comparison",
                "findings_left",
                "graph",
                "memory",
                "merge",
                "panel",
                "route",
                "saved_rows",
                "shared",
                "window",
            ],
            &["anomalies", "carried", "learn", "training"],
            &["state", "view"],
            &["address", "offered"],
            &["update"],
        ],
    ),
    (
        "pipeline",
        &[
            &[
                "options",
                "threads",
                "inputs",
                "table_facts",
                "server_names",
                "app_layer",
                "client_server",
                "issues",
                "batch",
            ],
            &["rows", "dispatch"],
            &["capture_stage", "evaluate"],
            &["flow_stage"],
        ],
    ),
    (
        "web/page",
        &[
            &["storage"],
            &["address", "kept", "prefs", "questions"],
            &["language"],
            &["store"],
            &["hooks"],
            &["parts"],
            &["views"],
            &["app"],
        ],
    ),
];

/// What the page may name, its own rooms aside.
const PAGE: &[&str] = &[
    "language",
    "model",
    "session",
    "settings",
    "chart",
    "export",
    "protocol",
    "triage",
    "issue",
    "pipeline",
    "detect/card",
    "filter",
    "summary",
    "web/browser",
    "web/extra/writing",
];
/// What several views are made of: the same, but no view.
const PARTS: &[&str] = &[
    "language",
    "model",
    "session",
    "settings",
    "chart",
    "export",
    "filter",
    "protocol",
    "web/browser",
    "web/extra/writing",
    "web/page/hooks",
    "web/page/language",
    "web/page/prefs",
    "web/page/store",
];
/// What components hold and listen to.
const HOOKS: &[&str] = &["model", "session", "web/browser", "web/page/prefs", "web/page/store"];

/// Outside crate -> the only places that may name it.
const DOORS: &[(&str, &[&str])] = &[
    ("pcap_parser", &["read"]),
    ("etherparse", &["decode"]),
    ("httparse", &["decode/app"]),
    ("base64", &["decode/app/support"]),
    ("x509_parser", &["decode/app/web/tls"]),
    ("arrow_array", &["export/columnar"]),
    ("arrow_ipc", &["export/columnar"]),
    ("arrow_schema", &["export/columnar"]),
    ("parquet", &["export/columnar"]),
    ("aes", &["decode/app/web/quic", "export/pseudonyms/cipher"]),
    ("hkdf", &["decode/app/web/quic"]),
    ("md5", &["decode/app/support/digest", "export/findings"]),
    ("public_suffix", &["detect/support/domains"]),
    ("asn1_rs", &["decode/app"]),
    ("kerberos_parser", &["decode/app"]),
    ("smartcore", &["learn"]),
    ("plotters", &["chart/draw"]),
    ("plotters_canvas", &["web/browser/canvas"]),
    ("yew", &["web", "bin/app"]),
    ("gloo", &["web", "bin/app", "bin/worker"]),
    ("web_sys", &["web", "bin/app", "bin/worker"]),
    ("js_sys", &["web", "bin/app", "bin/worker"]),
    ("wasm_bindgen", &["web", "bin/app", "bin/worker"]),
    ("wasm_bindgen_futures", &["web", "bin/app", "bin/worker"]),
    ("console_error_panic_hook", &["web", "bin/app", "bin/worker"]),
    ("postcard", &["protocol"]),
    ("percent_encoding", &["model/format/percent"]),
    ("regex_lite", &["filter/check"]),
    ("winnow", &["filter"]),
    ("bitflags", &["detect/detector", "model/app/field_id"]),
    ("clap", &["command", "bin/packetloupe"]),
    ("flate2", &["read/unpack"]),
    ("bzip2", &["read/unpack"]),
    ("lz4_flex", &["read/unpack/lz4"]),
    ("xz4rust", &["read/unpack/xz"]),
    ("fast_float2", &["maths/number"]),
    ("ruzstd", &["read/unpack"]),
    ("twox_hash", &["read/unpack"]),
    ("memchr", &["decode/app", "read/guess", "read/table"]),
    ("libm", &["maths/elementary"]),
    ("thiserror", &["read"]),
    // Tables that must not grow by hostile keys: whoever keeps one.
    ("foldhash", &["read/table", "decode/app/web/quic", "decode/fragments", "flow", "stats", "explore", "detect"]),
    ("hashbrown", &["decode/app/web/quic", "decode/fragments", "flow", "stats/rows"]),
    ("sha2", &["decode/app/support/hello", "decode/app/web/quic", "command", "web"]),
    // Plain data, and those who write or read it.
    (
        "serde",
        &[
            "model",
            "settings",
            "protocol",
            "read/table/json",
            "stats/labels",
            "stats/rows",
            "learn/column",
            "learn/prepare/feature",
            "learn/trained",
            "anomalies",
            "training/queries",
            "baseline/profile",
            "export",
            "session",
            "web",
        ],
    ),
    (
        "serde_json",
        &[
            "model/finding/allow",
            "settings",
            "attach/recognise",
            "read/table/json",
            "learn/trained",
            "training/label_file",
            "baseline/profile",
            "export",
            "indicators",
            "session",
            "command",
            "web/page/storage",
        ],
    ),
];

/// Functions of the standard library that take what the platform has, and so may differ in the last bit between the
/// command and the browser: what they are for is asked of `maths/elementary`. Square roots and whole powers are the same everywhere.
const PLATFORM_MATHS: &[&str] = &[
    "ln", "log", "log2", "log10", "ln_1p", "exp", "exp2", "exp_m1", "powf", "cbrt", "hypot", "sin", "cos", "tan",
    "sin_cos", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh",
];
/// Where a last bit cannot matter: what is drawn.
const DRAWN: &[&str] = &["web", "chart/draw"];

/// Calls that end the program; clippy denies most, this also those that it cannot.
const PANICS: &[&str] =
    &["panic!", "todo!", "unimplemented!", "unreachable!", ".unwrap(", ".expect(", ".unwrap_throw(", ".expect_throw("];

#[test]
fn every_part_names_only_what_the_design_lets_it() {
    let mut wrong = Vec::new();
    for file in files() {
        let Some((part, allowed)) = longest(MAY_NAME, &file.module) else { continue };
        for path in file.crate_paths() {
            let is_own = is_within(&path, part) || is_within(&file.module, &path);
            if !is_own && !is_within(&path, "maths") && !allowed.iter().any(|allowed| is_within(&path, allowed)) {
                wrong.push(format!("{} names {path}", file.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn rooms_of_a_part_name_only_rooms_below_them() {
    let files = files();
    let mut wrong = Vec::new();
    for (part, layers) in LAYERS {
        let layer = |module: &str| {
            let path = module.strip_prefix(part)?.strip_prefix('/')?;
            let rooms = layers.iter().enumerate().flat_map(|(at, rooms)| rooms.iter().map(move |room| (at, *room)));
            rooms.filter(|(_, room)| is_within(path, room)).max_by_key(|(_, room)| room.len())
        };
        // Files of tests are in no room.
        let of_part = files.iter().filter(|file| is_within(&file.module, part) && !file.code.is_empty());
        for file in of_part.filter(|file| file.module != *part) {
            let Some((height, room)) = layer(&file.module) else {
                wrong.push(format!("{} has no room in LAYERS", file.path));
                continue;
            };
            for (below, other) in imports(&files, file).into_iter().filter_map(|to| layer(&files[to].module)) {
                if other != room && below >= height {
                    wrong.push(format!("{} names {part}/{other}", file.path));
                }
            }
        }
        for room in layers.iter().flat_map(|rooms| rooms.iter()) {
            let is_there = files.iter().any(|file| is_within(&file.module, &format!("{part}/{room}")));
            assert!(is_there, "{part}/{room} of LAYERS is not there");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let files = files();
    let imports: Vec<BTreeSet<usize>> = files.iter().map(|file| imports(&files, file)).collect();
    // Files go that name nothing, or that nothing names, of what is left, until none goes any more.
    let mut left: BTreeSet<usize> = (0..files.len()).collect();
    let is_free = |at: usize, left: &BTreeSet<usize>| {
        imports[at].is_disjoint(left) || !left.iter().any(|other| imports[*other].contains(&at))
    };
    while let Some(free) = left.iter().copied().find(|at| is_free(*at, &left)) {
        left.remove(&free);
    }
    let named = |at: &usize| imports[*at].intersection(&left).map(|to| files[*to].path.as_str()).collect::<Vec<&str>>();
    let wrong: Vec<String> = left.iter().map(|at| format!("{} names {:?}", files[*at].path, named(at))).collect();
    assert!(wrong.is_empty(), "circles, and what lies between two:\n{}", wrong.join("\n"));
}

#[test]
fn the_page_asks_the_pipeline_for_its_tables_of_contents_only() {
    for file in files().iter().filter(|file| is_within(&file.module, "web/page")) {
        for name in file.names_below("pipeline") {
            assert!(["cards", "descriptors"].contains(&name), "{} uses pipeline::{name}", file.path);
        }
    }
}

#[test]
fn every_part_of_the_tree_has_a_rule() {
    let known: BTreeSet<&str> = MAY_NAME.iter().map(|(part, _)| *part).chain(["bin", "lib", "build"]).collect();
    for file in files() {
        assert!(known.iter().any(|part| is_within(&file.module, part)), "no rule in MAY_NAME for {}", file.path);
    }
}

#[test]
fn outside_crates_are_named_only_behind_their_doors() {
    let mut wrong = Vec::new();
    for file in files() {
        for (name, doors) in DOORS {
            let is_open = doors.iter().any(|door| is_within(&file.module, door));
            if !is_open && file.names_crate(name) {
                wrong.push(format!("{} names {name}", file.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_dependency_has_a_door() {
    let manifest = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).unwrap();
    let mut is_ours = false;
    let mut n = 0;
    for line in manifest.lines() {
        if line.starts_with('[') {
            is_ours = line.ends_with("dependencies]") && !line.ends_with("dev-dependencies]");
        } else if let Some((name, _)) = line.split_once(" = ").filter(|_| is_ours) {
            // A crate may be named otherwise than its package: md5 of md-5.
            let plain = |name: &str| name.replace(['-', '_'], "");
            assert!(DOORS.iter().any(|(door, _)| plain(door) == plain(name)), "{name} has no line in DOORS");
            n += 1;
        }
    }
    assert_eq!(n, DOORS.len(), "DOORS has a line for what is no dependency");
}

#[test]
fn detectors_and_charts_never_import_each_other() {
    let detectors: Vec<&str> = packetloupe::detect::ALL.iter().map(|entry| entry.card.id).collect();
    let charts: Vec<&str> = packetloupe::chart::ALL.iter().map(|entry| entry.id).collect();
    let mut wrong = Vec::new();
    for (folder, siblings) in [("detect", detectors), ("chart", charts)] {
        for file in files().iter().filter(|file| is_within(&file.module, folder)) {
            let stem = file.stem();
            if !siblings.contains(&stem) {
                continue;
            }
            for path in file.crate_paths().iter().filter(|path| is_within(path, folder)) {
                if path.split('/').any(|segment| segment != stem && siblings.contains(&segment)) {
                    wrong.push(format!("{} names {path}", file.path));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn page_and_report_name_the_parts_of_a_finding_alike() {
    let files = files();
    let with = |ending: &str, term: &str| {
        let file = files.iter().find(|file| file.path.ends_with(ending)).unwrap();
        file.text.contains(&format!("\"{term}\""))
    };
    for term in ["Source", "Destination", "Ports", "Protocol", "Names", "First seen", "Confidence", "Technique"] {
        assert!(with("findings/detail.rs", term) && with("html/findings.rs", term), "{term}");
    }
    // On the one a time, in the other the sources.
    assert!(!with("findings/detail.rs", "From") && !with("html/findings.rs", "From"));
    assert!(with("findings/evidence.rs", "Baseline") && with("html/findings.rs", "Baseline"));
}

#[test]
fn every_file_says_first_what_it_is() {
    for file in files() {
        let first = file.text.lines().next().unwrap_or_default();
        assert!(first.starts_with("//! ") && first.len() > 20, "{} begins with {first:?}", file.path);
    }
}

#[test]
fn the_file_of_a_folder_stands_inside_of_it() {
    let files = files();
    let is_folder = |module: &str| files.iter().any(|other| other.module != module && is_within(&other.module, module));
    let beside = files.iter().filter(|file| !file.path.ends_with("mod.rs"));
    let wrong: Vec<&str> = beside.filter(|file| is_folder(&file.module)).map(|file| file.path.as_str()).collect();
    assert!(wrong.is_empty(), "beside a folder of the same name, where it should be mod.rs: {wrong:?}");
}

#[test]
fn nothing_outside_tests_can_end_the_program() {
    let mut wrong = Vec::new();
    for file in files().iter().filter(|file| file.module != "build") {
        for (number, line) in file.code.lines().enumerate() {
            let squeezed: String = line.chars().filter(|c| !c.is_whitespace()).collect();
            for call in PANICS.iter().filter(|call| squeezed.contains(*call)) {
                wrong.push(format!("{}:{}: {call}", file.path, number + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn numbers_are_the_same_in_the_command_and_in_the_browser() {
    let is_meant = |file: &&SourceFile| !DRAWN.iter().any(|part| is_within(&file.module, part));
    for file in files().iter().filter(is_meant) {
        let calls = file.float_calls(PLATFORM_MATHS);
        assert!(calls.is_empty(), "{} calls {calls:?} of the platform; maths::elementary has them", file.path);
    }
    let file = SourceFile::new(
        "a.rs",
        "//! A.\nfn f(x: f64) -> f64 { x.ln() + f64::exp(x) + self.inputs.log() + libm::log2(x) + ln(x) + x.sqrt() }\n",
    );
    assert_eq!(file.float_calls(PLATFORM_MATHS), ["ln", "exp"]);
}

#[test]
fn nine_files_in_ten_fit_in_the_head() {
    let files = files();
    let long: Vec<&str> = files.iter().filter(|f| f.code_lines() > 400).map(|f| f.path.as_str()).collect();
    assert!(long.len() * 10 <= files.len(), "{} of {} files are over 400 lines: {long:?}", long.len(), files.len());
}

#[test]
fn the_reader_of_sources_sees_what_it_should() {
    let file = SourceFile::new(
        "detect/a.rs",
        "//! A.\n#[cfg(test)]\nmod c;\nuse crate::{model::X, flow::{self, table}};\nuse super::b;\n// crate::web\nconst S: &str = \"crate::pipeline\";\n\
         fn f<'a>(c: char) -> bool { c == '\"' && crate::stats::g() }\n#[cfg(test)]\nmod tests { use crate::read; }\n",
    );
    let paths: Vec<String> = file.crate_paths().into_iter().collect();
    assert_eq!(paths, ["detect/b", "flow", "flow/table", "model/X", "stats/g"]);
    assert!(!file.code.contains("mod tests"));
    assert_eq!(file.test_modules(), ["detect/a/c"]);
    assert_eq!(file.names_below("stats"), ["g"]);
    let file = SourceFile::new("read/mod.rs", "//! R.\nuse etherparse::Y;\nfn f() { self::x(); my::plotters(); }\n");
    assert!(file.names_crate("etherparse") && !file.names_crate("plotters"));
    assert_eq!(file.module, "read");
}

/// The files that a file names. What a folder's own file only hands on is that of the file that it comes from.
fn imports(files: &[SourceFile], file: &SourceFile) -> BTreeSet<usize> {
    let place = |path: &str| {
        let fits = files.iter().enumerate().filter(|(_, other)| is_within(path, &other.module));
        fits.max_by_key(|(_, other)| other.module.len()).map(|(at, _)| at)
    };
    let followed = |path: String| {
        let mut path = path;
        for _ in 0..4 {
            let at = place(&path)?;
            let name = path.strip_prefix(&files[at].module)?.split('/').nth(1);
            match name.and_then(|name| files[at].hands_on(name)).filter(|next| *next != path) {
                Some(next) => path = next,
                None => return Some(at),
            }
        }
        place(&path)
    };
    let named = file.crate_paths().into_iter().filter_map(followed);
    named.filter(|at| files[*at].module != file.module).collect()
}

/// The rule with the longest prefix that `module` is within.
fn longest<'a, T>(rules: &'a [(&'a str, T)], module: &str) -> Option<&'a (&'a str, T)> {
    rules.iter().filter(|(part, _)| is_within(module, part)).max_by_key(|(part, _)| part.len())
}

/// True if `path` is `part` or below it.
fn is_within(path: &str, part: &str) -> bool {
    path.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
