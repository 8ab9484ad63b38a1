//! The programs of one thread.

use std::collections::HashMap;
use std::f64::consts::PI;
use std::hint::black_box;

#[inline(never)]
pub fn fib(n: i64) -> i64 {
    if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
}

pub fn arithmetic(n: i64) -> i64 {
    let (mut i, mut s) = (0, 0);
    while i < n {
        s = (s + i * 3) % 1_000_003;
        if s % 2 == 0 {
            s += 7;
        }
        i += 1;
    }
    s
}

pub fn primes(n: usize) -> usize {
    let mut prime = vec![true; n + 1];
    prime[0] = false;
    prime[1] = false;
    let mut i = 2;
    while i * i <= n {
        if prime[i] {
            let mut j = i * i;
            while j <= n {
                prime[j] = false;
                j += i;
            }
        }
        i += 1;
    }
    prime.iter().filter(|is_prime| **is_prime).count()
}

pub fn mandel(n: i64, limit: i64) -> i64 {
    let mut total = 0;
    for y in 0..n {
        let ci = 2.0 * y as f64 / n as f64 - 1.0;
        for x in 0..n {
            let cr = 2.0 * x as f64 / n as f64 - 1.5;
            let (mut zr, mut zi, mut i) = (0.0, 0.0, 0);
            while i < limit {
                let (r2, i2) = (zr * zr, zi * zi);
                if r2 + i2 > 4.0 {
                    break;
                }
                zi = 2.0 * zr * zi + ci;
                zr = r2 - i2 + cr;
                i += 1;
            }
            total += i;
        }
    }
    total
}

const SOLAR_MASS: f64 = 4.0 * PI * PI;
const YEAR: f64 = 365.24;

#[derive(Clone, Copy)]
struct Body {
    at: [f64; 3],
    speed: [f64; 3],
    mass: f64,
}

fn planet(at: [f64; 3], speed: [f64; 3], mass: f64) -> Body {
    Body { at, speed: speed.map(|v| v * YEAR), mass: mass * SOLAR_MASS }
}

fn solar_system() -> Vec<Body> {
    let mut bodies = vec![
        planet([0.0; 3], [0.0; 3], 1.0),
        planet(
            [4.841_431_442_464_721, -1.160_320_044_027_428_4, -0.103_622_044_471_123_11],
            [0.001_660_076_642_744_037, 0.007_699_011_184_197_404, -0.000_069_046_001_697_206_3],
            0.000_954_791_938_424_326_6,
        ),
        planet(
            [8.343_366_718_244_58, 4.124_798_564_124_305, -0.403_523_417_114_321_4],
            [-0.002_767_425_107_264_111, 0.004_998_528_012_349_172, 0.000_023_041_729_757_376_393],
            0.000_285_885_980_666_130_8,
        ),
        planet(
            [12.894_369_562_139_13, -15.111_151_401_698_631, -0.223_307_578_892_655_73],
            [
                0.002_964_601_375_647_616,
                0.002_378_471_739_594_809_5,
                -0.000_029_658_956_854_023_756,
            ],
            0.000_043_662_440_433_515_63,
        ),
        planet(
            [15.379_697_114_850_917, -25.919_314_609_987_964, 0.179_258_772_950_371_18],
            [0.002_680_677_724_903_893_2, 0.001_628_241_700_382_423, -0.000_095_159_225_451_971_59],
            0.000_051_513_890_204_661_145,
        ),
    ];
    let momentum =
        |axis: usize| bodies.iter().map(|body| body.speed[axis] * body.mass).sum::<f64>();
    bodies[0].speed = [0, 1, 2].map(|axis| -momentum(axis) / SOLAR_MASS);
    bodies
}

fn distance(a: &Body, b: &Body) -> [f64; 3] {
    [a.at[0] - b.at[0], a.at[1] - b.at[1], a.at[2] - b.at[2]]
}

fn square([x, y, z]: [f64; 3]) -> f64 {
    x * x + y * y + z * z
}

fn advance(bodies: &mut [Body], dt: f64) {
    for i in 0..bodies.len() {
        let (before, after) = bodies.split_at_mut(i + 1);
        let a = &mut before[i];
        for b in after {
            let d = distance(a, b);
            let pull = dt / (square(d) * square(d).sqrt());
            let (of_a, of_b) = (a.mass * pull, b.mass * pull);
            for (axis, distance) in d.iter().enumerate() {
                a.speed[axis] -= distance * of_b;
                b.speed[axis] += distance * of_a;
            }
        }
    }
    for body in bodies {
        for axis in 0..3 {
            body.at[axis] += dt * body.speed[axis];
        }
    }
}

fn energy(bodies: &[Body]) -> f64 {
    let mut sum = 0.0;
    for (i, a) in bodies.iter().enumerate() {
        sum += 0.5 * a.mass * square(a.speed);
        for b in &bodies[i + 1..] {
            sum -= a.mass * b.mass / square(distance(a, b)).sqrt();
        }
    }
    sum
}

pub fn nbody(n: i64) -> f64 {
    let mut bodies = solar_system();
    for _ in 0..n {
        advance(&mut bodies, 0.01);
    }
    energy(&bodies)
}

pub fn words(n: i64) -> usize {
    let mut counts: HashMap<String, i64> = HashMap::new();
    let mut x = 42_i64;
    for _ in 0..n {
        x = x * 16807 % 2_147_483_647;
        *counts.entry(format!("w{}", x % 5000)).or_insert(0) += 1;
    }
    let mut words: Vec<(&String, &i64)> = counts.iter().collect();
    words.sort();
    let parts: Vec<String> =
        words.into_iter().map(|(word, count)| format!("{word}={count}")).collect();
    parts.join(",").len()
}

fn sort(xs: &mut [i64], mut low: isize, mut high: isize) {
    while low < high {
        let pivot = xs[((low + high) / 2) as usize];
        let (mut i, mut j) = (low, high);
        while i <= j {
            while xs[i as usize] < pivot {
                i += 1;
            }
            while xs[j as usize] > pivot {
                j -= 1;
            }
            if i <= j {
                xs.swap(i as usize, j as usize);
                i += 1;
                j -= 1;
            }
        }
        if j - low < high - i {
            sort(xs, low, j);
            low = i;
        } else {
            sort(xs, i, high);
            high = j;
        }
    }
}

pub fn qsort(n: usize) -> i64 {
    let mut x = 42;
    let mut xs = Vec::new();
    for _ in 0..n {
        x = x * 16807 % 2_147_483_647;
        xs.push(black_box(x));
    }
    sort(&mut xs, 0, n as isize - 1);
    xs.iter().step_by(1000).fold(0, |sum, x| (sum * 31 + x) % 1_000_003)
}
