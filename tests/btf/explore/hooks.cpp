#include <doctest/doctest.h>

#include <lsmith/btf/base/faults.hpp>
#include <lsmith/btf/explore/hooks.hpp>
#include <lsmith/btf/explore/suggest.hpp>
#include <lsmith/btf/resolve/resolve.hpp>
#include <lsmith/tests/btf/sample.hpp>

namespace lsmith::btf {
namespace {

using tests::sample;
using tests::sample_ids;

types sample_types(sample_ids& ids) { return types::own(sample(ids).finish()).value(); }

TEST_CASE("hooks: union security_list_options decides which functions are hooks") {
  sample_ids ids;
  const types kernel = sample_types(ids);
  const std::vector<hook> all = hooks(kernel);
  REQUIRE(all.size() == 2);
  CHECK(all[0].id == ids.create);
  CHECK(all[0].name == "socket_create");
  CHECK(all[1].proto == ids.stream_proto);
  CHECK(to_string(find_hook(kernel, "init").error()) == "there is no LSM hook 'init'");
}

TEST_CASE("hooks: without that union a list of names decides which functions are not hooks") {
  encoder e;
  const type_id proto = e.func_proto(type_id::none, {});
  for (const char* name : {"bpf_lsm_init", "bpf_lsm_func_proto", "bpf_lsm_file_open", "bpf_lsm_is_trusted"}) e.func(name, proto);
  const types kernel = types::own(e.finish()).value();
  REQUIRE(hooks(kernel).size() == 1);
  CHECK(hooks(kernel)[0].name == "file_open");
}

TEST_CASE("hooks: prototypes are written as in C") {
  sample_ids ids;
  const types kernel = sample_types(ids);
  CHECK(prototype(kernel, *find_hook(kernel, "socket_create")) ==
        "int socket_create(int family, int type, int protocol, int kern)");
  CHECK(prototype(kernel, *find_hook(kernel, "stream")) == "int stream(struct file *file, struct big value, u32 last)");
}

TEST_CASE("hooks: a struct by value takes two slots") {
  sample_ids ids;
  const types kernel = sample_types(ids);
  const hook stream = *find_hook(kernel, "stream");
  const argument_location last = *find_argument(kernel, stream, "last");
  CHECK(last.index == 2);
  CHECK(last.offset == 24);
  CHECK(last.type == ids.u32);
  CHECK(to_string(find_argument(kernel, stream, "lasst").error()) == "hook stream has no argument 'lasst'");
}

TEST_CASE("hooks: an argument with the suffix __nullable is found by its name without it") {
  encoder e;
  const type_id number = e.int_("int", 4, int_encoding::signed_);
  const new_param arguments[] = {{"file__nullable", e.pointer(number)}, {"prot", number}};
  e.func("bpf_lsm_mmap_file", e.func_proto(number, arguments), linkage::static_);
  const std::vector<std::byte> whole = e.finish();
  const types kernel = types::own(whole).value();
  const hook mmap_file = *find_hook(kernel, "mmap_file");
  CHECK(find_argument(kernel, mmap_file, "file")->may_be_null);
  CHECK_FALSE(find_argument(kernel, mmap_file, "prot")->may_be_null);

  relocation relos[] = {{.kind = core_relo_kind::argument_slot, .type = "mmap_file", .name = "file"},
                        {.kind = core_relo_kind::argument_slot, .type = "mmap_file", .name = "prot"},
                        {.kind = core_relo_kind::argument_slot, .type = "mmap_file", .name = "fil"}};
  source from = source::mapped(whole);
  REQUIRE(resolve(from, relos));
  CHECK(relos[0].failed == cause::none);
  CHECK(relos[0].value == 0);
  CHECK(relos[1].value == 8);
  CHECK(relos[2].failed == cause::unknown_argument);
}

error about(cause why, const char* name, const char* of = "") {
  error e;
  e.why = why;
  e.name = std::string_view(name);
  e.of = std::string_view(of);
  return e;
}

TEST_CASE("suggest: the nearest names of the right kind are suggested") {
  sample_ids ids;
  const types kernel = sample_types(ids);
  const auto first = [&](const error& what) {
    const std::vector<std::string> near = suggest(kernel, what);
    return near.empty() ? "" : near.front();
  };
  CHECK(first(about(cause::unknown_hook, "socket_craete")) == "socket_create");
  CHECK(first(about(cause::unknown_type, "struct fille")) == "file");
  CHECK(first(about(cause::unknown_member, "f_mod", "file")) == "f_mode");
  CHECK(first(about(cause::unknown_member, "secnod", "struct file")) == "second");
  CHECK(first(about(cause::unknown_member, "f_path.dentri", "file___mine")) == "dentry");
  CHECK(first(about(cause::unknown_argument, "familly", "socket_create")) == "family");
  CHECK(first(about(cause::unknown_enumerator, "KIND_LST", "kind_enum")) == "KIND_LAST");
  CHECK(first(about(cause::unknown_function, "bpf_lsm_strem")) == "bpf_lsm_stream");
  CHECK(first(about(cause::unknown_hook, "nothing_like_that")) == "");
  CHECK(first(about(cause::lsm_forbids, "file")) == "");
}

}  // namespace
}  // namespace lsmith::btf
