// docs/json.md: its examples show what its tables describe, it has a section for every verb, and the verbs that need neither
// privilege nor a kernel print it. json_page_vm.cpp has the others.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include <lsmith/btf/encode/encode.hpp>
#include <lsmith/programs/cli/shared/verb.hpp>
#include <lsmith/tests/harness/directory.hpp>
#include <lsmith/tests/harness/page/json_page.hpp>
#include <lsmith/tests/harness/page/page.hpp>
#include <lsmith/tests/harness/policy/command.hpp>

namespace lsmith::tests {
namespace {

using words = std::vector<std::string>;

std::string on_one_line(const words& given) {
  std::string line = "lsmith";
  for (const std::string& word : given) line += " " + word;
  return line;
}

/// What the command prints with --json. It must be JSON, and the exit status must be this one.
std::string json_of(words given, int status = 0) {
  given.push_back("--json");
  const std::string line = on_one_line(given);
  CAPTURE(line);
  const outcome said = lsmith_says(given);
  CHECK_MESSAGE(said.status == status, said.err);
  json_shape any;
  CHECK_MESSAGE(add_shape(said.out, any), said.out);
  CHECK(!any.empty());
  return said.out;
}

std::string saved(const temporary_directory& where, const char* name, std::string_view content) {
  const std::string path = where / name;
  std::ofstream(path, std::ios::binary) << content;
  return path;
}

std::string saved(const temporary_directory& where, const char* name, btf::encoder& e) {
  const auto whole = e.finish();
  return saved(where, name, {reinterpret_cast<const char*>(whole.data()), whole.size()});
}

/// Types of an invented kernel. `second`: those of another version of it.
std::string kernel_file(const temporary_directory& where, bool second = false) {
  btf::encoder e;
  const auto number = e.int_("int", 4, btf::int_encoding::signed_);
  const std::uint8_t bits = second ? 3 : 2;
  const btf::new_member members[] = {{"pid", number, second ? 64u : 0u}, {"flags", number, second ? 35u : 32u, bits}};
  const auto task = e.struct_("task", second ? 16 : 8, members);
  const btf::new_param params[] = {{"task", e.pointer(task)}, {"sig", number}};
  e.func("bpf_lsm_kill", e.func_proto(number, std::span(params, second ? 2 : 1)), btf::linkage::static_);
  e.func("bpf_lsm_socket_create", e.func_proto(number, std::vector<btf::new_param>{{"family", number}}), btf::linkage::static_);
  e.enum_("reason", 4, std::vector<btf::new_enumerator>{{"LOCKDOWN_KEXEC", 4}});
  return saved(where, second ? "second.btf" : "first.btf", e);
}

constexpr std::string_view deny = ".program deny_alg, socket_create\nr1 = *(u64 *)(r1 + argument(family))\nw0 = 0\nexit\n";

/// All words of the headings "a, b": the verbs that have a section.
std::set<std::string> described_verbs() {
  std::set<std::string> all;
  for (const std::string& heading : headings_of(read_page("docs/json.md"))) {
    std::istringstream parts(heading);
    for (std::string part; std::getline(parts, part, ',');) all.insert(part.substr(part.find_first_not_of(' ')));
  }
  return all;
}

}  // namespace

TEST_CASE("docs/json.md: the examples have the members of the tables, and no others") {
  std::size_t sections = 0;
  for (const std::string& heading : headings_of(read_page("docs/json.md"))) {
    const json_shape described = described_members(heading), shown = example_members(heading);
    CAPTURE(heading);
    CHECK_MESSAGE(!shown.empty(), "it has no example");
    for (const std::string& line : described) CHECK_MESSAGE(shown.contains(line), "not in the example: ", line);
    for (const std::string& line : shown) CHECK_MESSAGE(described.contains(line), "not in the table: ", line);
    ++sections;
  }
  CHECK(sections > 15);
}

TEST_CASE("docs/json.md: every verb has a section, and every section a verb") {
  std::set<std::string> expected{"Errors", "--version", "run --pin", "report --learn", "btf find", "btf dump", "btf diff"};
  for (const cli::verb& one : cli::verbs())
    if (one.name != "btf") expected.insert(std::string(one.name));
  CHECK(described_verbs() == expected);
}

TEST_CASE("docs/json.md: what the verbs print that need no kernel") {
  const temporary_directory files;
  const std::string first = kernel_file(files), second = kernel_file(files, true);
  const std::string text = saved(files, "deny.s", deny), careless = saved(files, "careless.s", "*(u64 *)(r10 + 0) = 5\n");
  check_described("--version", json_of({"--version"}));
  check_described("programs", json_of({"programs"}));
  check_described("btf find", json_of({"btf", "find", "task", "task.pid", "LOCKDOWN_KEXEC", "--btf", first}));
  check_described("btf dump", json_of({"btf", "dump", "--btf", first}));
  check_described("btf diff", json_of({"btf", "diff", first, second, "task", "kill"}));
  check_described("asm", json_of({"asm", careless, "--check"}) + json_of({"asm", text, "-o", files / "deny.o", "--btf", first}));
  check_described("disasm", json_of({"disasm", files / "deny.o"}));
}

TEST_CASE("docs/json.md: errors have the members that the page describes") {
  const temporary_directory files;
  const std::string wrong = saved(files, "wrong.s", "r0 = r11\nexit\n"), notes = saved(files, "notes.txt", "hello");
  check_described("Errors", json_of({"asm", wrong}, 1) + json_of({"hooks", "--btf", notes}, 1));
}

TEST_CASE("docs/json.md: the command's own causes are all there") {
  using cli::command_cause;
  std::set<std::string> described, ours;
  const std::string page = read_page("docs/json.md");
  for (const auto& row : rows_of(section_of(page, "Errors")))
    if (row.size() == 2) described.insert(unquoted(row[0]));
  for (int i = 0; i <= static_cast<int>(command_cause::failed); ++i)
    ours.insert(std::string(word(static_cast<command_cause>(i))));
  CHECK(described == ours);
}

TEST_CASE("--json: whatever fails, the standard output is an object with the errors, and the exit status stays the same") {
  const temporary_directory files;
  const std::string notes = saved(files, "notes.txt", "hello");
  const std::string cut = saved(files, "cut.btf", std::string_view("\x9f\xeb\x01\x00\x18\x00", 6));
  const std::string profile = saved(files, "wrong.ini", "system = yes\n[no-such-policy]\n");
  const std::string wrong = saved(files, "wrong.s", "r0 = r11\n");
  const std::string text = saved(files, "deny.s", deny), kernel = kernel_file(files);
  std::vector<words> failing = {
      {},
      {"rnu"},
      {"help", "rnu"},
      {"btf"},
      {"btf", "fnid"},
      {"btf", "find", "tusk", "--btf", kernel},
      {"btf", "find"},
      {"btf", "diff", "one"},
      {"btf", "diff", kernel, kernel, "tusk"},
      {"btf", "diff", kernel, files / "absent"},
      {"btf", "dump", "--btf", cut},
      {"hooks", "absent", "--btf", kernel},
      {"hooks", "x", "y"},
      {"run", "nothing"},
      {"run", profile},
      {"run", profile, "--system"},
      {"run", "mprotect-audit"},
      {"run", "mprotect-audit", "--uid", "root"},
      {"run", "mprotect-audit", "--system", "--except-exe", files / "absent"},
      {"run", "deny-socket-family", "--system"},
      {"run", "mprotect-audit", "--system", "--for", "soon"},
      {"run", "mprotect-audit", "--system", "--pin", "no.dots"},
      {"show", "mprotect-audit", "--system", "--btf", notes},
      {"show", "mprotect-audit", "--system", "--btf", kernel},
      {"show", "egress", "--btf", kernel},
      {"build", "mprotect-audit", "--system"},
      {"build", "protect-files", "--path", notes, "--system", "-o", files / "out"},
      {"build", "deny-raw-sockets", "--system", "--btf", kernel, "-o", files / "absent/out"},
      {"status", "lsmith-no-such-name"},
      {"watch", "lsmith-no-such-name"},
      {"report", "lsmith-no-such-name"},
      {"reload", "lsmith-no-such-name"},
      {"arm", "lsmith-no-such-name"},
      {"keep", "lsmith-no-such-name"},
      {"watch", "lsmith-no-such-name", "--for", "soon"},
      {"asm", wrong},
      {"asm", files / "absent"},
      {"asm", text, "-o", files / "absent/out"},
      {"asm", text, "-o", text},
      {"asm", text, "--far-jumps", "no"},
      {"disasm", notes},
      {"disasm", files / "absent"},
      {"disasm", "--hex", notes},
      {"disasm", "--id", "x"},
      {"disasm", "--id", "4294967295"},
      {"list", "x"},
      {"programs", "x"},
      {"doctor", "--x"},
  };
  for (const cli::verb& one : cli::verbs()) {
    const std::string name(one.name);
    failing.insert(failing.end(), {{name, "--no-such-option"}, {name, "--json"}, {name, "--json=1"}});
  }
  for (const words& given : failing) {
    words with_json = given;
    with_json.push_back("--json");
    const std::string line = on_one_line(with_json);
    CAPTURE(line);
    const outcome plain = lsmith_says(given), said = lsmith_says(with_json);
    CHECK(said.status != 0);
    if (std::ranges::find(given, "--json") == given.end() && given.size() > 1) CHECK(said.status == plain.status);
    json_shape shape;
    CHECK_MESSAGE(add_shape(said.out, shape), said.out);
    CHECK(shape.contains("errors[].cause string"));
    CHECK(shape.contains("errors[].sentence string"));
    CHECK_MESSAGE(std::ranges::count(said.out, '\n') == 1, said.out);
    CHECK(!said.err.empty());
  }
}

TEST_CASE("--json: output that cannot be written is exit status 1") {
  std::ofstream full("/dev/full");
  std::ostringstream err;
  CHECK(cli::run_command({"programs", "--json"}, {full, err}) == 1);
  CHECK(err.str() == "lsmith: the output cannot be written\n");
}

}  // namespace lsmith::tests
