//! ChartSpec to a picture: the only file that names plotters. The page brings a canvas, the report gets SVG text.
//!
//! Text is placed by estimates of its width, never by asking the browser, so nothing here touches the document.

use crate::model::chart::ChartSpec;
use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::element::{Polygon, Rectangle};
use plotters::prelude::{DrawingBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, IntoFont, RGBColor, TextStyle};
use scene::{Anchor, Scene, Shape};

pub use plotters::drawing::IntoDrawingArea;
pub use scene::{Hit, Layout, Rect, Zone, is_empty, natural_height};
pub use theme::Theme;

mod scene;
pub mod text;
pub mod theme;
pub mod ticks;

/// What writes a text in the language that is shown; none where it stays as it is.
pub type Words<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Draws a chart on the whole of `area`, whose pixels are device pixels: `scale` of them to a CSS pixel. The ground is
/// left as it is: the caller clears it. What is returned is in CSS pixels.
pub fn draw<DB: DrawingBackend>(
    spec: &ChartSpec,
    theme: &Theme,
    area: &DrawingArea<DB, Shift>,
    scale: f64,
    words: Words<'_>,
) -> Result<Layout, String> {
    let (width, height) = area.dim_in_pixel();
    let scene = Scene::new(spec, theme, f64::from(width) / scale, f64::from(height) / scale);
    paint(&scene, area, (scale, 1.0), words)?;
    Ok(scene.layout)
}

/// The SVG backend divides the size of text by this before it writes it.
const SVG_TEXT: f64 = 1.24;
/// SVG coordinates are whole numbers to the backend, so they are drawn larger and scaled down by the view box.
const SVG_SCALE: f64 = 4.0;

/// A chart as an SVG element of `width` by `height` CSS pixels that names itself to screen readers.
pub fn svg(spec: &ChartSpec, theme: &Theme, width: u32, height: u32) -> String {
    svg_in_words(spec, theme, (width, height), &|_| None)
}

/// The same with its texts in other words.
pub fn svg_in_words(spec: &ChartSpec, theme: &Theme, (width, height): (u32, u32), words: Words<'_>) -> String {
    let scene = Scene::new(spec, theme, f64::from(width), f64::from(height));
    let factor = SVG_SCALE as u32;
    let (inner_width, inner_height) = (width.saturating_mul(factor), height.saturating_mul(factor));
    let mut drawn = String::new();
    {
        let area = SVGBackend::with_string(&mut drawn, (inner_width, inner_height)).into_drawing_area();
        // Writing to a string cannot fail.
        let _ = paint(&scene, &area, (SVG_SCALE, SVG_TEXT), words);
    }
    let body = drawn.split_once('>').map_or("", |(_, body)| body);
    let [title, summary] = [&spec.title, &spec.summary].map(|text| words(text).unwrap_or_else(|| text.clone()));
    let label = text::escape(&format!("{title}. {summary}"));
    format!(
        "<svg class=\"chart\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {inner_width} {inner_height}\" \
         xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"{label}\">{body}"
    )
}

fn paint<DB: DrawingBackend>(
    scene: &Scene,
    area: &DrawingArea<DB, Shift>,
    (scale, text_factor): (f64, f64),
    words: Words<'_>,
) -> Result<(), String> {
    let device = |css: f64| (css * scale).round() as i32;
    for shape in &scene.shapes {
        let done = match shape {
            Shape::Rect { rect, colour } => {
                // Edges are rounded, not sizes, so that neighbours meet; a line never vanishes.
                let (left, top) = (device(rect.x), device(rect.y));
                let right = device(rect.right()).max(left + 1);
                let bottom = device(rect.bottom()).max(top + 1);
                area.draw(&Rectangle::new([(left, top), (right, bottom)], rgb(*colour).filled()))
            }
            Shape::Polygon { points, colour } => {
                let points: Vec<(i32, i32)> = points.iter().map(|(x, y)| (device(*x), device(*y))).collect();
                area.draw(&Polygon::new(points, rgb(*colour).filled()))
            }
            Shape::Text { x, y, text, size, colour, anchor } => {
                let colour = rgb(*colour);
                let side = match anchor {
                    Anchor::Start => HPos::Left,
                    Anchor::Middle => HPos::Center,
                    Anchor::End => HPos::Right,
                };
                let font = (text::FAMILY, size * scale * text_factor).into_font();
                let style = TextStyle::from(font).color(&colour);
                area.draw_text(
                    words(text).as_deref().unwrap_or(text),
                    &style.pos(Pos::new(side, VPos::Center)),
                    (device(*x), device(*y)),
                )
            }
        };
        done.map_err(|error| error.to_string())?;
    }
    area.present().map_err(|error| error.to_string())
}

fn rgb((red, green, blue): theme::Rgb) -> RGBColor {
    RGBColor(red, green, blue)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model;
    use crate::model::chart::{Bar, BoxRow, Change, ChartSeries, Marks};
    use crate::model::finding::series::Level;
    use crate::model::finding::series::SeriesKind;
    use crate::model::format::time::SECOND;

    fn spec(marks: Marks) -> ChartSpec {
        let words = |text: &str| text.to_owned();
        ChartSpec {
            id: words("id"),
            title: words("Title"),
            summary: words("Summary."),
            marks,
            unit: words("B"),
            has_data: false,
        }
    }

    fn areas(series: &[&[f64]]) -> ChartSpec {
        let series = series.iter().enumerate().map(|(i, v)| ChartSeries { name: format!("S{i}"), values: v.to_vec() });
        spec(Marks::Areas {
            start_ns: 0,
            bin_ns: SECOND,
            offset_minutes: 0,
            series: series.collect(),
            changes: Vec::new(),
        })
    }

    fn run(values: &[f64]) -> ChartSeries {
        ChartSeries { name: "run".to_owned(), values: values.to_vec() }
    }

    fn log_lines(values: &[f64]) -> ChartSpec {
        let series = vec![run(values)];
        spec(Marks::Lines { start_ns: 0, bin_ns: SECOND, offset_minutes: 0, series, is_log: true })
    }

    fn boxed(label: &str, five: [f64; 5]) -> BoxRow {
        BoxRow { label: label.to_owned(), five }
    }

    #[test]
    fn a_logarithmic_axis_goes_by_powers_of_ten_and_a_signed_heatmap_says_both_ends() {
        let picture = svg(&log_lines(&[2.0, 300.0, 40_000.0]), &Theme::LIGHT, 600, 200);
        for label in ["1 B", "10 B", "100 B", "1 kB", "10 kB", "100 kB"] {
            assert!(picture.contains(&format!(">\n{label}\n</text>")), "{label}: {picture}");
        }
        let heat = Marks::Heat {
            columns: vec!["a".to_owned(), "b".to_owned()],
            rows: vec!["a".to_owned()],
            values: vec![Some(1.0), Some(0.5)],
            is_signed: true,
        };
        let picture = svg(&ChartSpec { unit: String::new(), ..spec(heat) }, &Theme::LIGHT, 600, 80);
        assert!(
            picture.contains(">\n−1\n</text>") && picture.contains(">\n1\n</text>") && !picture.contains("logarithmic")
        );
    }

    fn course(kind: SeriesKind, points: &[(i64, f64)]) -> ChartSpec {
        let level = Some(Level { name: "level".repeat(40), value: 4.6 });
        let course = model::Series {
            kind,
            name: String::new(),
            unit: "s".to_owned(),
            points: points.to_vec(),
            level,
            changes: Vec::new(),
        };
        spec(Marks::Course { offset_minutes: 0, course })
    }

    #[test]
    fn a_course_says_its_values_and_draws_its_level() {
        let walk = course(SeriesKind::Walk, &[(1, 1.4), (2, 2.8), (3, 1.4)]);
        let layout = layout(&walk, 400.0, 180.0);
        assert_eq!(
            layout.zones.iter().map(|zone| zone.label.as_str()).collect::<Vec<_>>(),
            ["Step 1", "Step 2", "Step 3"]
        );
        assert_eq!(layout.at(1).map(|hit| hit.value), Some("2.8 s".to_owned()));
        assert!(layout.zones.windows(2).all(|pair| (pair[0].rect.right() - pair[1].rect.x).abs() < 1e-9));
        let picture = svg(&walk, &Theme::LIGHT, 400, 180);
        assert!(picture.contains("#E09A2F") && picture.contains("#2F6DB3"), "the level and the walk");
    }

    #[test]
    fn a_change_is_marked_by_a_bracket_a_number_and_in_words() {
        let mut spec = areas(&[&[1.0, 2.0, 3.0, 4.0]]);
        let plain = layout(&spec, 600.0, 200.0);
        let change = |number: u32, start: i64| Change {
            number,
            start_ns: start * SECOND,
            end_ns: (start + 1) * SECOND - 1,
            title: "Flood".to_owned(),
            finding: "syn_flood-1".to_owned(),
        };
        if let Marks::Areas { changes, .. } = &mut spec.marks {
            *changes = vec![change(1, 1), change(2, 1), change(3, 900)];
        }
        let marked = layout(&spec, 600.0, 200.0);
        assert!(marked.plot.y > plain.plot.y, "there is room for the brackets");
        let values: Vec<&str> = marked.zones.iter().map(|zone| zone.value.as_str()).collect();
        assert_eq!(values, ["S0 1 B", "S0 2 B, change 1, 2", "S0 3 B", "S0 4 B"]);
        let picture = svg(&spec, &Theme::LIGHT, 600, 200);
        let numbers = |n: u32| picture.matches(&format!(">\n{n}\n</text>")).count();
        assert_eq!((numbers(1), numbers(2), numbers(3)), (1, 1, 0), "what is not shown has no mark: {picture}");
    }

    fn bar(label: &str, value: f64) -> Bar {
        Bar { label: label.to_owned(), value }
    }

    fn layout(spec: &ChartSpec, width: f64, height: f64) -> Layout {
        Scene::new(spec, &Theme::LIGHT, width, height).layout
    }

    #[test]
    fn a_bin_is_met_anywhere_in_its_column() {
        let layout = layout(&areas(&[&[1000.0, 0.0, 3000.0], &[500.0, 0.0, 0.0]]), 600.0, 200.0);
        let step = layout.plot.width / 3.0;
        let hit = |place: f64| layout.hit(layout.plot.x + step * place, layout.plot.y + 1.0).unwrap();
        assert_eq!((hit(0.5).index, hit(1.5).index, hit(2.5).index), (0, 1, 2));
        assert_eq!(hit(0.5).value, "1.50 kB (S0 1.00 kB, S1 500 B)");
        assert_eq!((hit(2.5).value.as_str(), hit(1.5).value.as_str()), ("S0 3.00 kB", "0 B"));
        assert_eq!(hit(1.5).label, "00:00:01 to 00:00:02");
        assert_eq!(layout.hit(1.0, 1.0), None);
        assert_eq!(layout.at(3), None);
    }

    #[test]
    fn a_short_bar_is_met_on_its_whole_row() {
        let layout = layout(&spec(Marks::Bars(vec![bar("long", 1e9), bar("short", 1.0)])), 600.0, 60.0);
        assert_eq!(layout.hit(590.0, 30.0).map(|hit| hit.label), Some("short".to_owned()));
    }

    #[test]
    fn labels_are_escaped_and_cannot_break_out() {
        let hostile = "</text><script>alert(1)</script>\"'&\u{202e}";
        let mut chart = spec(Marks::Bars(vec![bar(hostile, 5.0)]));
        chart.title = hostile.to_owned();
        let svg = svg(&chart, &Theme::LIGHT, 800, 60);
        assert!(!svg.contains("<script") && !svg.contains('\u{202e}'));
        assert!(svg.contains("&lt;script&gt;"));
    }

    #[test]
    fn svg_is_one_element_with_a_name_and_readable_text() {
        let svg = svg(&areas(&[&[1.0, 2.0]]), &Theme::LIGHT, 400, 200);
        assert!(svg.starts_with("<svg class=\"chart\" width=\"400\" height=\"200\" viewBox=\"0 0 1600 800\""));
        assert!(svg.contains("role=\"img\" aria-label=\"Title. Summary.\"") && svg.trim_end().ends_with("</svg>"));
        assert_eq!(svg.matches("<svg").count(), 1);
        assert!(svg.contains("font-size=\"48\""), "labels are 12 px, drawn four times as large: {svg}");
    }

    #[test]
    fn a_picture_is_drawn_in_the_words_that_are_given() {
        let words = |text: &str| (text == "Title").then(|| "Überschrift".to_owned());
        let picture = svg_in_words(&areas(&[&[1.0, 2.0]]), &Theme::LIGHT, (400, 200), &words);
        assert!(picture.contains("aria-label=\"Überschrift. Summary.\""), "{picture}");
    }

    #[test]
    fn any_data_at_any_size_stays_inside_and_is_finite() {
        let long = "x".repeat(500);
        let charts = [
            areas(&[]),
            areas(&[&[]]),
            areas(&[&[7.0]]),
            areas(&[&[f64::NAN, f64::INFINITY, -4.0, 2.0], &[1.0]]),
            areas(&[&[f64::MAX / 4.0, 1e-300]]),
            spec(Marks::Bars(vec![])),
            spec(Marks::Bars(vec![bar(&long, f64::MAX), bar("", 0.0), bar("nan", f64::NAN)])),
            spec(Marks::Columns(vec![bar(&long, 1.0); 40])),
            spec(Marks::Columns(vec![bar("one", 1e18)])),
            course(SeriesKind::Rate, &[(0, 1.0), (SECOND, f64::MAX), (2 * SECOND, f64::NAN)]),
            course(SeriesKind::Gaps, &[(i64::MIN, 1.0), (i64::MAX, 60.0)]),
            course(SeriesKind::Gaps, &[(5, 0.0)]),
            course(SeriesKind::Walk, &[(1, -4.6), (2, 9.2), (3, f64::MIN)]),
            course(SeriesKind::Walk, &[]),
            log_lines(&[1.0, 1e9, 0.0, f64::NAN]),
            log_lines(&[5.0]),
            log_lines(&[1e-300, f64::MAX]),
            spec(Marks::Curves { places: vec![long.clone(), String::new()], series: vec![run(&[1.0, f64::NAN])] }),
            spec(Marks::Boxes(vec![
                boxed(&long, [0.0, 1.0, 2.0, 3.0, 1e12]),
                boxed("x", [f64::NAN, -4.0, 0.0, 1.0, 9.0]),
            ])),
            spec(Marks::Boxes(vec![boxed("one", [7.0; 5]), boxed("nothing", [0.0; 5])])),
            spec(Marks::Heat {
                columns: vec![long.clone(), "b".to_owned()],
                rows: vec![long.clone()],
                values: vec![Some(-1.0), Some(0.5)],
                is_signed: false,
            }),
        ];
        for chart in &charts {
            for width in [1.0, 150.0, 320.0, 421.0, 1600.0] {
                let height = natural_height(chart, width);
                let scene = Scene::new(chart, &Theme::DARK, width, height);
                for shape in &scene.shapes {
                    if let Shape::Rect { rect, .. } = shape {
                        assert!(rect.x >= -1.0 && rect.right() <= width.max(80.0) + 1.0, "{rect:?} of {width}");
                        assert!(rect.y >= -1.0 && rect.bottom() <= height.max(80.0) + 1.0, "{rect:?} of {height}");
                    }
                    if let Shape::Polygon { points, .. } = shape {
                        assert!(points.iter().all(|(x, y)| x.is_finite() && y.is_finite()), "{points:?}");
                    }
                }
                assert!(svg(chart, &Theme::DARK, width as u32, height as u32).contains("</svg>"));
            }
        }
    }

    #[test]
    fn nothing_is_said_in_words() {
        assert!(svg(&areas(&[&[0.0]]), &Theme::LIGHT, 320, 100).contains("No data to show"));
    }
}
