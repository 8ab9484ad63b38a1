// The peers of programs/*.conc in Go: one program that runs the one it is told to.
package main

import (
	"fmt"
	"os"
	"strconv"
	"time"
)

// A program, and the size it has unless another is given.
type program struct {
	size int
	run  func(n int) any
}

var programs = map[string]program{
	"fib":           {32, func(n int) any { return fib(n) }},
	"loop":          {20_000_000, loop},
	"sieve":         {2_000_000, sieve},
	"mandel":        {400, mandel},
	"nbody":         {100_000, nbody},
	"words":         {1_000_000, words},
	"qsort":         {300_000, qsort},
	"spawn_join":    {10_000, spawnJoin},
	"live":          {2000, live},
	"contended":     {250_000, contended},
	"ping_pong":     {50_000, pingPong},
	"bounded_queue": {200_000, boundedQueue},
	"barrier":       {20_000, meet},
	"semaphore":     {20_000, semaphore},
}

// Those that measure themselves.
var measured = map[string]program{
	"hello":       {0, hello},
	"lock":        {5_000_000, lock},
	"timers":      {10_000, timers},
	"speed_up":    {30, speedUp},
	"shared_list": {200, sharedList},
	"own_values":  {400, ownValues},
}

func main() {
	name := os.Args[1]
	chosen, measures := measured[name]
	if !measures {
		var known bool
		if chosen, known = programs[name]; !known {
			fmt.Fprintf(os.Stderr, "no program %s\n", name)
			os.Exit(2)
		}
	}
	n := chosen.size
	if len(os.Args) > 2 {
		n, _ = strconv.Atoi(os.Args[2])
	}
	if measures {
		chosen.run(n)
		return
	}
	start := time.Now()
	fmt.Printf("R=%v\n", chosen.run(n))
	fmt.Printf("T=%.6f\n", time.Since(start).Seconds())
}

func hello(int) any {
	fmt.Println("hello")
	return nil
}

// Runs something alone, then together, and says how much faster that was.
func compare(alone, together func() int) any {
	start := time.Now()
	result := alone()
	sequential := time.Since(start).Seconds()
	middle := time.Now()
	result += together()
	parallel := time.Since(middle).Seconds()
	fmt.Printf("R=%d\n", result)
	fmt.Printf("SEQUENTIAL=%.6f SPEEDUP=%.3f\n", sequential, sequential/parallel)
	fmt.Printf("T=%.6f\n", parallel)
	return nil
}
