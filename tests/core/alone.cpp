// A program made of the core alone: no C library, no heap. It reads the running kernel's BTF, finds a hook, and loads and
// attaches a program that denies every call of the hook.
//   core-alone HOOK            finds the hook, prints its id
//   core-alone HOOK --attach   also attaches a program that denies with EPERM, until standard input ends
#include <lsmith/asm/isa/insn.hpp>
#include <lsmith/asm/resolve/patch.hpp>
#include <lsmith/btf/base/system_call.hpp>
#include <lsmith/btf/resolve/resolve.hpp>
#include <lsmith/loader/kernel_btf/kernel_btf.hpp>
#include <lsmith/loader/syscall/calls.hpp>
#include <lsmith/programs/standalone/freestanding.hpp>

namespace {

using namespace lsmith;

constexpr text_sink out = to_descriptor<1>;

int complain(const error& what) {
  describe(what, out);
  out.text({"\n", 1});
  return 1;
}

result<fd> deny(std::uint32_t hook) {
  const isa::insn code[] = {{0xb4, 0, 0, -1}, {0x95, 0, 0, 0}};  // w0 = -1 (EPERM); exit
  loader::abi::prog_load what{.prog_type = static_cast<std::uint32_t>(loader::abi::prog_type::lsm),
                              .insn_cnt = 2,
                              .insns = loader::abi::address(code),
                              .license = loader::abi::address("GPL"),
                              .expected_attach_type = static_cast<std::uint32_t>(loader::abi::attach_type::lsm_mac),
                              .attach_btf_id = hook};
  auto program = loader::load_program(what);
  if (!program) return program;
  return loader::attach_lsm(*program);
}

}  // namespace

int lsmith::run(std::span<char* const> words) {
  if (words.size() < 2) return 2;
  loader::kernel_btf kernel;
  if (auto opened = kernel.open(); !opened) return complain(opened.error());
  auto types = kernel.types();
  btf::relocation hook{.kind = btf::core_relo_kind::hook_id, .name = terminated(words[1])};
  if (auto read = btf::resolve(types, {&hook, 1}); !read) return complain(read.error());
  if (hook.failed != cause::none) return complain(btf::error_of(hook));
  out.number(hook.value);
  out.text({"\n", 1});
  if (words.size() < 3) return 0;

  auto link = deny(static_cast<std::uint32_t>(hook.value));
  if (!link) return complain(link.error());
  out.text({"attached\n", 9});
  char input;
  while (system_call(sys::read, 0, pointer_argument(&input), 1) > 0) continue;
  return 0;
}
