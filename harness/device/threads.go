package device

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
)

// threads is the size of the pool in which XLA computes on the processor: what PJRT_NPROC says, else NPROC, else the cores
// that the process may use, and no less than its devices. taskset and a container's set of cores change the cores;
// GOMAXPROCS and a container's share of time do not. It is what XLA's CPU client does, see TestThreadsAreThoseOfThePool.
func threads(devices int) int {
	for _, variable := range []string{"PJRT_NPROC", "NPROC"} {
		if n, err := strconv.ParseInt(strings.TrimSpace(os.Getenv(variable)), 10, 32); err == nil {
			return max(devices, int(n))
		}
	}
	return max(devices, runtime.NumCPU())
}

// threadsMark precedes the number of threads at the end of a device's key.
const threadsMark = " threads "

// OtherThreads compares the keys of two devices. If they differ in the number of threads alone, it says what that means for
// stages that were planned with the first, and how to keep them; else it is empty.
func OtherThreads(planned, now string) string {
	before, n, ok := strings.Cut(planned, threadsMark)
	after, m, ok2 := strings.Cut(now, threadsMark)
	if !ok || !ok2 || before != after || n == m {
		return ""
	}
	return fmt.Sprintf("planned with %s threads of XLA, but this process has %s, and products then differ in their last bits; PJRT_NPROC=%s in the environment keeps the stages that are done", n, m, n)
}
