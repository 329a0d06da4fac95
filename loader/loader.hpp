// The public face of loader/: objects loaded and attached, pinned, read back, and the events that their programs send.
#pragma once

#include <lsmith/asm/asm.hpp>
#include <lsmith/loader/enforce.hpp>
#include <lsmith/loader/errors/load_error.hpp>
#include <lsmith/loader/events/event_loop.hpp>
#include <lsmith/loader/events/event_reader.hpp>
#include <lsmith/loader/events/overwriting_ring.hpp>
#include <lsmith/loader/events/perf_buffer.hpp>
#include <lsmith/loader/events/ring_buffer.hpp>
#include <lsmith/loader/image/build_image.hpp>
#include <lsmith/loader/inspect/loaded_program.hpp>
#include <lsmith/loader/inspect/lsm_programs.hpp>
#include <lsmith/loader/kernel/active_lsms.hpp>
#include <lsmith/loader/kernel/kernel_version.hpp>
#include <lsmith/loader/kernel/privilege.hpp>
#include <lsmith/loader/kernel_btf/kernel_btf.hpp>
#include <lsmith/loader/kernel_btf/kernel_types.hpp>
#include <lsmith/loader/load/elements.hpp>
#include <lsmith/loader/load/load_options.hpp>
#include <lsmith/loader/load/maps.hpp>
#include <lsmith/loader/pin/pins.hpp>
#include <lsmith/loader/probe/can_enforce.hpp>
#include <lsmith/loader/probe/probe.hpp>
#include <lsmith/loader/syscall/abi.hpp>
#include <lsmith/loader/syscall/abi_info.hpp>
#include <lsmith/loader/syscall/calls.hpp>
