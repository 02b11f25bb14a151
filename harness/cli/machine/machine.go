// Package machine says what machine the program runs on.
package machine

import (
	"cmp"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
)

// CPU is the model of the processor; empty where the system does not tell it.
func CPU() string { return procValue("/proc/cpuinfo", "model name") }

// Memory is what the machine has, in words; empty where the system does not tell it.
func Memory() string {
	if bytes := MemoryBytes(); bytes > 0 {
		return fmt.Sprintf("%.1f GB", bytes/1e9)
	}
	return ""
}

// MemoryBytes is what the machine has [bytes]; 0 where that is not known.
func MemoryBytes() float64 { return memory("MemTotal") }

// Spare is how much memory is free for a run [bytes], a tenth of it left alone; 0 where that is not known.
func Spare() int64 { return int64(0.9 * memory("MemAvailable")) }

// memory is a figure of /proc/meminfo [bytes]; 0 where there is none.
func memory(key string) float64 {
	kib, err := strconv.ParseFloat(strings.TrimSuffix(procValue("/proc/meminfo", key), " kB"), 64)
	if err != nil {
		return 0
	}
	return 1024 * kib
}

// Disturbed is the load average from which on measurements of time are not to be trusted.
const Disturbed = 0.5

// Busy is the system's load average over the last minute, how many threads wanted a core at a time; 0 where that is not known.
func Busy() float64 {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(text), " ")
	load, err := strconv.ParseFloat(first, 64)
	if err != nil {
		return 0
	}
	return load
}

// Name names the machine in a line.
func Name() string {
	return fmt.Sprintf("%s, %d cores, %s", cmp.Or(CPU(), runtime.GOOS+" "+runtime.GOARCH), runtime.NumCPU(), cmp.Or(Memory(), "memory unknown"))
}

func procValue(file, key string) string {
	data, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(data)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == key {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
