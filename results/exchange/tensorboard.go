package exchange

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"

	"google.golang.org/protobuf/encoding/protowire"

	"congrad/harness/record"
	"congrad/results/outcome"
)

// TensorBoard is an event file for every trained model (ARM/seed-N) with the numbers of its steps, and one for every arm (ARM) with its results over
// all seeds. Steps are counted over all iterations. Records have no times, so a step's time is its number.
func TensorBoard(set *record.Set) ([]File, error) {
	s, err := outcome.New(set)
	if err != nil {
		return nil, fmt.Errorf("the records cannot be reported: %w", err)
	}
	const name = "/events.out.tfevents.0.congrad"
	var files []File
	for _, t := range trainings(s) {
		log := events{}.version()
		for i, step := range t.steps {
			log = log.add(i+1, scalars(step))
		}
		files = append(files, File{fmt.Sprintf("%s/seed-%d%s", t.name(), t.seed, name), log})
	}
	for _, a := range s.Arms {
		if list := results(s, a.Name); len(list) > 0 {
			files = append(files, File{a.Name + name, events{}.version().add(0, list)})
		}
	}
	return files, nil
}

// events is a file of records of TensorFlow: length, its checksum, an Event message, its checksum.
type events []byte

// The numbers of the fields in tensorflow/core/util/event.proto and framework/summary.proto.
const (
	eventTime, eventStep, eventVersion, eventSummary = 1, 2, 3, 5
	summaryValue, valueTag, valueSimple              = 1, 1, 2
)

func (e events) version() events {
	m := protowire.AppendTag(nil, eventTime, protowire.Fixed64Type)
	m = protowire.AppendFixed64(m, 0)
	m = protowire.AppendTag(m, eventVersion, protowire.BytesType)
	return e.framed(protowire.AppendString(m, "brain.Event:2"))
}

func (e events) add(step int, list []scalar) events {
	var summary []byte
	for _, x := range list {
		v := protowire.AppendTag(nil, valueTag, protowire.BytesType)
		v = protowire.AppendString(v, x.name)
		v = protowire.AppendTag(v, valueSimple, protowire.Fixed32Type)
		v = protowire.AppendFixed32(v, math.Float32bits(float32(x.value)))
		summary = protowire.AppendTag(summary, summaryValue, protowire.BytesType)
		summary = protowire.AppendBytes(summary, v)
	}
	m := protowire.AppendTag(nil, eventTime, protowire.Fixed64Type)
	m = protowire.AppendFixed64(m, math.Float64bits(float64(step)))
	m = protowire.AppendTag(m, eventStep, protowire.VarintType)
	m = protowire.AppendVarint(m, uint64(step))
	m = protowire.AppendTag(m, eventSummary, protowire.BytesType)
	return e.framed(protowire.AppendBytes(m, summary))
}

func (e events) framed(message []byte) events {
	length := binary.LittleEndian.AppendUint64(nil, uint64(len(message)))
	e = append(e, length...)
	e = binary.LittleEndian.AppendUint32(e, masked(length))
	e = append(e, message...)
	return binary.LittleEndian.AppendUint32(e, masked(message))
}

// masked is a CRC-32C that is rotated and moved, so that the checksum of a text with its checksum means something.
func masked(data []byte) uint32 {
	sum := crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli))
	return (sum>>15 | sum<<17) + 0xa282ead8
}
