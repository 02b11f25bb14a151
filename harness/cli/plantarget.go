package cli

import (
	"context"
	"fmt"
	"strings"

	"congrad/harness/cli/machine"
	"congrad/harness/cli/shell"
	"congrad/harness/cli/tool"
	"congrad/harness/device"
	"congrad/harness/exit"
	"congrad/harness/forecast"
	"congrad/results/table"

	"github.com/dustin/go-humanize"
)

// thisMachine is the name of the profile that stands for the machine that plans.
const thisMachine = "cpu"

// target is what a forecast is for: this machine, or a device with a memory of its own.
type target struct {
	title   string
	profile string // empty for this machine, whose device has no memory of its own
	room    float64
	speed   forecast.Speed
}

func (t target) separate() bool { return t.profile != "" }

// peak is the most that a forecast takes there [bytes], and the kind of stage that does.
func (t target) peak(f forecast.Forecast) (kind string, bytes float64) {
	if t.separate() {
		n := f.PeakDevice()
		return n.Kind, n.Device
	}
	n := f.Peak()
	return n.Kind, n.Total()
}

// given is the memory that --memory says [bytes]; 0 without it.
func (o planning) given() (float64, error) {
	if o.memory == "" {
		return 0, nil
	}
	bytes, err := humanize.ParseBytes(o.memory)
	if unit := strings.Trim(o.memory, "0123456789., "); err != nil || bytes == 0 || unit == "" {
		return 0, exit.With(exit.Config, fmt.Errorf("--memory %s: want an amount with its unit, such as 24GiB or 16GB", o.memory))
	}
	return float64(bytes), nil
}

// target is what the flags ask for. A model that is not here will hardly run here: no device is measured for it, and its times are those
// of the profile unmeasured.
func (a *app) target(ctx context.Context, x *expectation, o planning) (target, error) {
	room, err := o.given()
	if err != nil {
		return target{}, err
	}
	if p, found := forecast.FindProfile(o.profile); found {
		t := target{title: p.Name, profile: p.Name, room: p.Memory, speed: p.Speed}
		if room > 0 {
			t.room = room
		}
		if o.gflops > 0 {
			t.speed = o.speed()
		}
		return t, nil
	}
	t := target{title: "this machine", room: room}
	if room == 0 {
		t.room = machine.MemoryBytes() // 0 where nobody knows; --memory tells
	}
	t.speed, err = a.speed(ctx, x, o)
	return t, err
}

// speed is that of the device as the flags give it.
func (o planning) speed() forecast.Speed {
	return forecast.Speed{Single: 1e9 * o.gflops, Half: 1e9 * o.gflops, Memory: 1e9 * o.bandwidth}
}

// unmeasured is the speed of a CPU that nobody measured: two cores of a server, by congrad doctor.
var unmeasured = forecast.Speed{Single: 150e9, Half: 150e9, Memory: forecast.DefaultBandwidth}

// speed is that of this machine: given, or measured as doctor does, now or earlier.
func (a *app) speed(ctx context.Context, x *expectation, o planning) (forecast.Speed, error) {
	if o.gflops > 0 {
		return o.speed(), nil
	}
	choice := a.Device
	if choice == shell.DefaultDevice {
		if _, err := device.Installed(); err != nil {
			choice = "go"
		}
	}
	measured, kept := tool.Kept(choice)
	switch {
	case kept:
		fmt.Fprintln(a.Err, measured)
	case x.absent:
		fmt.Fprintln(a.Err, "the speed of this machine is not known: 150 GFLOP/s are assumed (congrad doctor measures it, --gflops N gives it)")
		return unmeasured, nil
	default:
		fmt.Fprintln(a.Err, "measuring the speed of matrix products (--gflops N skips this)")
		var err error
		if measured, err = tool.Probe(ctx, choice); err != nil {
			return forecast.Speed{}, exit.With(exit.Backend, fmt.Errorf("%s: %w", choice, err))
		}
	}
	if note := measured.ThreadsNote(); note != "" {
		fmt.Fprintf(a.Err, "threads of XLA: %s\n", note)
	}
	s := o.speed()
	s.Single, s.Half = 1e9*measured.Single, 1e9*measured.Half
	return s, nil
}

// devices compares the profiles: where the experiment fits, and how long it takes there.
func (x *expectation) devices() table.Table {
	t := table.Table{Title: "GPUs, by their data sheets", Columns: []table.Column{
		{Name: "--device-profile"}, {Name: "memory GB", Number: true}, {Name: "device GB", Number: true}, {Name: "host GB", Number: true}, {Name: "fits"}, {Name: "GPU hours", Number: true},
	}}
	for _, p := range forecast.Profiles {
		f := x.forecast(p.Speed)
		fits := "no"
		if f.PeakDevice().Device <= p.Memory {
			fits = "yes"
		}
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{
			table.Text(p.Name), table.Number(p.Memory/1e9, 0), table.Number(f.PeakDevice().Device/1e9, 1), table.Number(f.PeakHost().Host/1e9, 1), table.Text(fits), table.Number(f.Seconds()/3600, 1),
		}})
	}
	return t
}
