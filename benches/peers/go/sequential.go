// The programs of one thread.
package main

import (
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"
)

func fib(n int) int {
	if n < 2 {
		return n
	}
	return fib(n-1) + fib(n-2)
}

func loop(n int) any {
	i, s := 0, 0
	for i < n {
		s = (s + i*3) % 1000003
		if s%2 == 0 {
			s += 7
		}
		i++
	}
	return s
}

func primes(n int) int {
	prime := make([]bool, n+1)
	for i := range prime {
		prime[i] = true
	}
	prime[0], prime[1] = false, false
	for i := 2; i*i <= n; i++ {
		if prime[i] {
			for j := i * i; j <= n; j += i {
				prime[j] = false
			}
		}
	}
	count := 0
	for _, isPrime := range prime {
		if isPrime {
			count++
		}
	}
	return count
}

func sieve(n int) any {
	found := 0
	for k := 0; k < 3; k++ {
		found += primes(n)
	}
	return found
}

func mandel(n int) any {
	total := 0
	for y := 0; y < n; y++ {
		ci := 2.0*float64(y)/float64(n) - 1.0
		for x := 0; x < n; x++ {
			cr := 2.0*float64(x)/float64(n) - 1.5
			zr, zi := 0.0, 0.0
			i := 0
			for i < 100 {
				r2, i2 := zr*zr, zi*zi
				if r2+i2 > 4.0 {
					break
				}
				zi = 2.0*zr*zi + ci
				zr = r2 - i2 + cr
				i++
			}
			total += i
		}
	}
	return total
}

type body struct{ x, y, z, vx, vy, vz, mass float64 }

const (
	solarMass = 4.0 * math.Pi * math.Pi
	year      = 365.24
)

func planet(x, y, z, vx, vy, vz, mass float64) *body {
	return &body{x, y, z, vx * year, vy * year, vz * year, mass * solarMass}
}

func solarSystem() []*body {
	bodies := []*body{
		planet(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0),
		planet(4.84143144246472090, -1.16032004402742839, -0.103622044471123109,
			0.00166007664274403694, 0.00769901118419740425, -0.0000690460016972063023, 0.000954791938424326609),
		planet(8.34336671824457987, 4.12479856412430479, -0.403523417114321381,
			-0.00276742510726411899, 0.00499852801234917238, 0.0000230417297573763929, 0.000285885980666130812),
		planet(12.8943695621391310, -15.1111514016986312, -0.223307578892655734,
			0.00296460137564761618, 0.00237847173959480950, -0.0000296589568540237556, 0.0000436624404335156298),
		planet(15.3796971148509165, -25.9193146099879641, 0.179258772950371181,
			0.00268067772490389322, 0.00162824170038242295, -0.0000951592254519715870, 0.0000515138902046611451),
	}
	px, py, pz := 0.0, 0.0, 0.0
	for _, b := range bodies {
		px += b.vx * b.mass
		py += b.vy * b.mass
		pz += b.vz * b.mass
	}
	sun := bodies[0]
	sun.vx, sun.vy, sun.vz = -px/solarMass, -py/solarMass, -pz/solarMass
	return bodies
}

func advance(bodies []*body, dt float64) {
	for i, a := range bodies {
		for _, b := range bodies[i+1:] {
			dx, dy, dz := a.x-b.x, a.y-b.y, a.z-b.z
			square := dx*dx + dy*dy + dz*dz
			pull := dt / (square * math.Sqrt(square))
			ofA, ofB := a.mass*pull, b.mass*pull
			a.vx -= dx * ofB
			a.vy -= dy * ofB
			a.vz -= dz * ofB
			b.vx += dx * ofA
			b.vy += dy * ofA
			b.vz += dz * ofA
		}
	}
	for _, b := range bodies {
		b.x += dt * b.vx
		b.y += dt * b.vy
		b.z += dt * b.vz
	}
}

func energy(bodies []*body) float64 {
	sum := 0.0
	for i, a := range bodies {
		sum += 0.5 * a.mass * (a.vx*a.vx + a.vy*a.vy + a.vz*a.vz)
		for _, b := range bodies[i+1:] {
			dx, dy, dz := a.x-b.x, a.y-b.y, a.z-b.z
			sum -= a.mass * b.mass / math.Sqrt(dx*dx+dy*dy+dz*dz)
		}
	}
	return sum
}

func nbody(n int) any {
	bodies := solarSystem()
	for k := 0; k < n; k++ {
		advance(bodies, 0.01)
	}
	return fmt.Sprintf("%.9f", energy(bodies))
}

func words(n int) any {
	counts := map[string]int{}
	x := 42
	for i := 0; i < n; i++ {
		x = x * 16807 % 2147483647
		counts["w"+strconv.Itoa(x%5000)]++
	}
	sorted := make([]string, 0, len(counts))
	for word := range counts {
		sorted = append(sorted, word)
	}
	sort.Strings(sorted)
	for i, word := range sorted {
		sorted[i] = word + "=" + strconv.Itoa(counts[word])
	}
	return len(strings.Join(sorted, ","))
}

func hoare(xs []int, low, high int) {
	for low < high {
		pivot := xs[(low+high)/2]
		i, j := low, high
		for i <= j {
			for xs[i] < pivot {
				i++
			}
			for xs[j] > pivot {
				j--
			}
			if i <= j {
				xs[i], xs[j] = xs[j], xs[i]
				i++
				j--
			}
		}
		if j-low < high-i {
			hoare(xs, low, j)
			low = i
		} else {
			hoare(xs, i, high)
			high = j
		}
	}
}

func qsort(n int) any {
	xs := []int{}
	x := 42
	for i := 0; i < n; i++ {
		x = x * 16807 % 2147483647
		xs = append(xs, x)
	}
	hoare(xs, 0, n-1)
	sum := 0
	for i := 0; i < n; i += 1000 {
		sum = (sum*31 + xs[i]) % 1000003
	}
	return sum
}
