// The public face of btf/: types of a kernel, found by name, printed, compared, and the relocations that name them.
#pragma once

#include <lsmith/btf/base/bytes.hpp>
#include <lsmith/btf/base/error.hpp>
#include <lsmith/btf/base/faults.hpp>
#include <lsmith/btf/base/fd.hpp>
#include <lsmith/btf/base/kernel_version.hpp>
#include <lsmith/btf/base/location.hpp>
#include <lsmith/btf/elf/elf.hpp>
#include <lsmith/btf/explore/diff.hpp>
#include <lsmith/btf/explore/dump.hpp>
#include <lsmith/btf/explore/hooks.hpp>
#include <lsmith/btf/explore/print.hpp>
#include <lsmith/btf/format/source.hpp>
#include <lsmith/btf/relocation/relocation.hpp>
#include <lsmith/btf/resolve/resolve.hpp>
#include <lsmith/btf/types/types.hpp>
