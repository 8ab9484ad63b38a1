// The programs of many goroutines.
package main

import (
	"fmt"
	"sort"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Runs work in so many goroutines, and waits for all.
func all(count int, work func(k int)) {
	var group sync.WaitGroup
	group.Add(count)
	for k := 0; k < count; k++ {
		go func(k int) {
			defer group.Done()
			work(k)
		}(k)
	}
	group.Wait()
}

func spawnJoin(n int) any {
	ran := 0
	for i := 0; i < n; i++ {
		ended := make(chan struct{})
		go func() {
			ran++
			close(ended)
		}()
		<-ended
	}
	return ran
}

func live(n int) any {
	var group sync.WaitGroup
	var guard sync.Mutex
	ran := 0
	gate := make(chan struct{})
	group.Add(n)
	for i := 0; i < n; i++ {
		go func() {
			<-gate
			guard.Lock()
			ran++
			guard.Unlock()
			group.Done()
		}()
	}
	close(gate)
	group.Wait()
	return ran
}

func lock(n int) any {
	start := time.Now()
	i := 0
	for i < n {
		i++
	}
	bare := time.Since(start).Seconds()
	var guard sync.Mutex
	middle := time.Now()
	i = 0
	for i < n {
		guard.Lock()
		i++
		guard.Unlock()
	}
	locked := time.Since(middle).Seconds()
	fmt.Printf("R=%d\nBARE=%.6f LOCKED=%.6f\nT=%.6f\n", i, bare, locked, locked-bare)
	return nil
}

func contended(n int) any {
	var guard sync.Mutex
	count := 0
	all(4, func(int) {
		for i := 0; i < n; i++ {
			guard.Lock()
			count++
			guard.Unlock()
		}
	})
	return count
}

func pingPong(n int) any {
	var guard sync.Mutex
	turned := sync.NewCond(&guard)
	turn := 0
	all(2, func(me int) {
		for i := 0; i < n; i++ {
			guard.Lock()
			for turn != me {
				turned.Wait()
			}
			turn = 1 - me
			turned.Signal()
			guard.Unlock()
		}
	})
	return turn
}

func boundedQueue(n int) any {
	items := make(chan int, 64)
	var sums [2]int
	all(4, func(k int) {
		if k < 2 {
			for i := 0; i < n; i++ {
				items <- k*n + i
			}
			return
		}
		sum := 0
		for i := 0; i < n; i++ {
			sum += <-items
		}
		sums[k-2] = sum
	})
	return sums[0] + sums[1]
}

type barrier struct {
	guard                   sync.Mutex
	opened                  *sync.Cond
	parties, arrived, round int
}

func (b *barrier) wait() {
	b.guard.Lock()
	defer b.guard.Unlock()
	round := b.round
	b.arrived++
	if b.arrived == b.parties {
		b.arrived = 0
		b.round++
		b.opened.Broadcast()
		return
	}
	for round == b.round {
		b.opened.Wait()
	}
}

func meet(n int) any {
	meeting := &barrier{parties: 4}
	meeting.opened = sync.NewCond(&meeting.guard)
	var met atomic.Int64
	all(4, func(int) {
		for i := 0; i < n; i++ {
			meeting.wait()
		}
		met.Add(int64(n))
	})
	return met.Load()
}

func semaphore(n int) any {
	permits := make(chan struct{}, 2)
	var done atomic.Int64
	all(8, func(int) {
		count := 0
		for i := 0; i < n; i++ {
			permits <- struct{}{}
			count++
			<-permits
		}
		done.Add(int64(count))
	})
	return done.Load()
}

func timers(n int) any {
	start := time.Now()
	var group sync.WaitGroup
	var guard sync.Mutex
	late := []float64{}
	group.Add(n)
	for i := 0; i < n; i++ {
		delay := time.Duration(i*7919%50001) * time.Microsecond
		due := time.Now().Add(delay)
		time.AfterFunc(delay, func() {
			behind := time.Since(due).Seconds()
			guard.Lock()
			late = append(late, behind)
			guard.Unlock()
			group.Done()
		})
	}
	group.Wait()
	took := time.Since(start).Seconds()
	sort.Float64s(late)
	fmt.Printf("R=%d\nLATE_MEDIAN=%.6f LATE_MAX=%.6f\nT=%.6f\n", len(late), late[n/2], late[n-1], took)
	return nil
}

func speedUp(n int) any {
	return compare(
		func() int { return fib(n) + fib(n) },
		func() int {
			var results [2]int
			all(2, func(k int) { results[k] = fib(n) })
			return results[0] + results[1]
		})
}

func sharedList(n int) any {
	numbers := make([]int, 20_000)
	for i := range numbers {
		numbers[i] = i
	}
	total := func() int {
		sum := 0
		for k := 0; k < n; k++ {
			for i := 0; i < len(numbers); i++ {
				sum = (sum + numbers[i]) % 1000003
			}
		}
		return sum
	}
	return compare(
		func() int { return total() + total() },
		func() int {
			var results [2]int
			all(2, func(k int) { results[k] = total() })
			return results[0] + results[1]
		})
}

func ownValues(n int) any {
	work := func(rounds int) int {
		sum := 0
		for round := 0; round < rounds; round++ {
			squares := []int{}
			places := map[string]int{}
			for i := 0; i < 500; i++ {
				squares = append(squares, i*i)
				places["key "+strconv.Itoa(i)] = i
			}
			for i := 0; i < 500; i++ {
				sum = (sum + squares[i] + places["key "+strconv.Itoa(i)] + round) % 1000003
			}
		}
		return sum
	}
	return compare(
		func() int { return work(n) },
		func() int {
			var results [8]int
			all(8, func(k int) { results[k] = work(n / 8) })
			sum := 0
			for _, result := range results {
				sum += result
			}
			return sum
		})
}
