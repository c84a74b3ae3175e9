//! What several views are made of: tables, charts, the header, filters, icons, texts. No part knows a view.

pub mod answer;
pub mod chart;
pub mod dialog;
pub mod drop;
pub mod exports;
pub mod file_buttons;
pub mod filter_bar;
pub mod findings_left;
pub mod grid;
pub mod header;
pub mod icon;
pub mod incidents;
pub mod lesson_bar;
pub mod live;
pub mod look_first;
pub mod lost;
pub mod nav;
pub mod notice;
pub mod palette;
pub mod panels;
pub mod report_form;
pub mod rule_form;
pub mod save;
pub mod strip;
pub mod text;
