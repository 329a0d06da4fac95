// The public face of asm/: instructions as values, the assembler, texts and object files, and hook programs in C++.
#pragma once

#include <lsmith/asm/assembler/assembler.hpp>
#include <lsmith/asm/assembler/constant.hpp>
#include <lsmith/asm/assembler/make_program.hpp>
#include <lsmith/asm/disasm/lint.hpp>
#include <lsmith/asm/disasm/print.hpp>
#include <lsmith/asm/dsl/hook.hpp>
#include <lsmith/asm/elf/elf.hpp>
#include <lsmith/asm/isa/helpers.hpp>
#include <lsmith/asm/isa/insn.hpp>
#include <lsmith/asm/isa/mnemonics.hpp>
#include <lsmith/asm/isa/operands.hpp>
#include <lsmith/asm/isa/registers.hpp>
#include <lsmith/asm/isa/table.hpp>
#include <lsmith/asm/object/map.hpp>
#include <lsmith/asm/object/object.hpp>
#include <lsmith/asm/object/reserved_names.hpp>
#include <lsmith/asm/object/scope.hpp>
#include <lsmith/asm/resolve/attach_point.hpp>
#include <lsmith/asm/resolve/resolve.hpp>
#include <lsmith/asm/text/parse.hpp>
#include <lsmith/asm/text/write.hpp>
#include <lsmith/btf/btf.hpp>
