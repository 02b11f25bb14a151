package pjrt

/*
#include <stdlib.h>
#include "pjrt_c_api.h"
#include "gen_api_calls.h"
#include "gen_new_struct.h"

static void free_serialized(PJRT_Executable_Serialize_Args* args) {
	args->serialized_executable_deleter(args->serialized_executable);
}
*/
import "C"

import (
	"runtime"
	"unsafe"

	"github.com/pkg/errors"
)

// Serialize returns the executable in the plugin's own format, for Client.Load of a client of the same plugin on a processor or
// an accelerator of the same kind.
func (e *LoadedExecutable) Serialize() ([]byte, error) {
	if e == nil || e.plugin == nil || e.wrapper == nil || e.executable == nil {
		return nil, errors.New("LoadedExecutable is nil, or its plugin or wrapped C representation is nil -- has it been destroyed already?")
	}
	defer runtime.KeepAlive(e)
	args := C.new_PJRT_Executable_Serialize_Args()
	defer cFree(args)
	args.executable = e.executable.wrapper.c
	if err := toError(e.plugin, C.call_PJRT_Executable_Serialize(e.plugin.api, args)); err != nil {
		return nil, err
	}
	defer C.free_serialized(args)
	return C.GoBytes(unsafe.Pointer(args.serialized_bytes), C.int(args.serialized_bytes_size)), nil
}

// Load returns the executable that Serialize wrote. It is a portable one, for a single device.
func (c *Client) Load(serialized []byte) (*LoadedExecutable, error) {
	if len(serialized) == 0 {
		return nil, errors.New("Client.Load: the serialized executable is empty")
	}
	defer runtime.KeepAlive(c)
	args := C.new_PJRT_Executable_DeserializeAndLoad_Args()
	defer cFree(args)
	data := C.CBytes(serialized)
	defer C.free(data)
	args.client = c.client.c
	args.serialized_executable = (*C.char)(data)
	args.serialized_executable_size = C.size_t(len(serialized))
	if err := toError(c.plugin, C.call_PJRT_Executable_DeserializeAndLoad(c.plugin.api, args)); err != nil {
		return nil, err
	}
	exec, err := newLoadedExecutable(c.plugin, c, args.loaded_executable)
	if err != nil {
		return nil, err
	}
	exec.isPortable = true
	return exec, nil
}
