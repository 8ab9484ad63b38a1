//! Curves as SVG: both axes logarithmic, so that what grows as its work does is a straight line, as steep as the grey
//! ones.

use std::fmt::Write;

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 520.0;
const LEFT: f64 = 60.0;
const RIGHT: f64 = 600.0;
const TOP: f64 = 20.0;
const BOTTOM: f64 = 450.0;

const COLOURS: [&str; 9] = [
    "#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#17becf",
    "#7f7f00",
];

/// A name, and a time in milliseconds for each size.
pub type Curve = (&'static str, Vec<(u64, f64)>);

/// The powers of ten that each axis begins and ends with, and where they stand.
struct Frame {
    sizes: (f64, f64),
    times: (f64, f64),
}

impl Frame {
    fn around(curves: &[Curve]) -> Frame {
        let points = || curves.iter().flat_map(|(_, curve)| curve);
        let powers = |numbers: &mut dyn Iterator<Item = f64>| {
            let (mut low, mut high) = (f64::MAX, f64::MIN);
            for power in numbers.map(f64::log10) {
                low = low.min(power.floor());
                high = high.max(power.ceil());
            }
            (low, high.max(low + 1.0))
        };
        Frame {
            sizes: powers(&mut points().map(|(size, _)| *size as f64)),
            times: powers(&mut points().map(|(_, time)| *time)),
        }
    }

    fn x(&self, power: f64) -> f64 {
        let (low, high) = self.sizes;
        LEFT + (power - low) / (high - low) * (RIGHT - LEFT)
    }

    fn y(&self, power: f64) -> f64 {
        let (low, high) = self.times;
        BOTTOM - (power - low) / (high - low) * (BOTTOM - TOP)
    }
}

/// All powers of ten from one to another.
fn powers((low, high): (f64, f64)) -> impl Iterator<Item = i32> {
    low as i32..=high as i32
}

/// A size, as people write it.
fn size_label(power: i32) -> String {
    match power {
        ..3 => format!("{}", 10_i64.pow(power.max(0) as u32)),
        3..6 => format!("{},000", 10_i64.pow(power as u32 - 3)),
        _ => format!("{},000,000", 10_i64.pow(power as u32 - 6)),
    }
}

fn time_label(power: i32) -> String {
    match power {
        ..0 => format!("{} µs", 10_f64.powi(power + 3)),
        0..3 => format!("{} ms", 10_f64.powi(power)),
        _ => format!("{} s", 10_f64.powi(power - 3)),
    }
}

pub fn svg(curves: &[Curve], about: &str) -> String {
    let frame = Frame::around(curves);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"white\"/>\n"
    );
    draw_axes(&mut svg, &frame);
    draw_slopes(&mut svg, &frame);
    draw_curves(&mut svg, &frame, curves);
    let _ = writeln!(
        svg,
        "<text x=\"{LEFT}\" y=\"{}\" fill=\"#555\">{}</text>",
        HEIGHT - 12.0,
        escaped(about)
    );
    svg.push_str("</svg>\n");
    svg
}

fn draw_axes(svg: &mut String, frame: &Frame) {
    for power in powers(frame.sizes) {
        let (x, label) = (frame.x(f64::from(power)), size_label(power));
        let _ = writeln!(
            svg,
            "<path d=\"M{x:.1} {TOP}V{BOTTOM}\" stroke=\"#e5e5e5\"/>\
             <text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{label}</text>",
            BOTTOM + 18.0
        );
    }
    for power in powers(frame.times) {
        let (y, label) = (frame.y(f64::from(power)), time_label(power));
        let _ = writeln!(
            svg,
            "<path d=\"M{LEFT} {y:.1}H{RIGHT}\" stroke=\"#e5e5e5\"/>\
             <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{label}</text>",
            LEFT - 6.0,
            y + 4.0
        );
    }
}

/// Lines of what takes ten times as long for ten times the work.
fn draw_slopes(svg: &mut String, frame: &Frame) {
    let (low, high) = frame.times;
    for shift in powers((low - (frame.sizes.1 - frame.sizes.0), high)) {
        let start = f64::from(shift).max(low);
        let from = frame.sizes.0 + (start - f64::from(shift));
        let until = (frame.sizes.1 - frame.sizes.0 + f64::from(shift)).min(high);
        let to = frame.sizes.0 + (until - f64::from(shift));
        if from < to {
            let _ = writeln!(
                svg,
                "<path d=\"M{:.1} {:.1}L{:.1} {:.1}\" stroke=\"#eeeeee\" stroke-dasharray=\"4 3\"/>",
                frame.x(from),
                frame.y(start),
                frame.x(to),
                frame.y(until)
            );
        }
    }
}

fn draw_curves(svg: &mut String, frame: &Frame, curves: &[Curve]) {
    for (number, (name, curve)) in curves.iter().enumerate() {
        let colour = COLOURS[number % COLOURS.len()];
        let mut path = String::new();
        for (place, (size, time)) in curve.iter().enumerate() {
            let (x, y) = (frame.x((*size as f64).log10()), frame.y(time.log10()));
            let _ = write!(path, "{}{x:.1} {y:.1}", if place == 0 { 'M' } else { 'L' });
            let _ =
                writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{colour}\"/>");
        }
        let _ = writeln!(
            svg,
            "<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>"
        );
        let y = TOP + 12.0 + 20.0 * number as f64;
        let _ = writeln!(
            svg,
            "<path d=\"M{:.1} {:.1}h18\" stroke=\"{colour}\" stroke-width=\"2\"/>\
             <text x=\"{:.1}\" y=\"{y:.1}\">{name}</text>",
            RIGHT + 16.0,
            y - 4.0,
            RIGHT + 40.0
        );
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
