// Objects as ELF files: what is written is read back equal, and a damaged file is rejected with the offset of the damage.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>
#include <tuple>

#include <elf.h>

#include <lsmith/asm/assembler/assembler.hpp>
#include <lsmith/asm/debug/debug_info.hpp>
#include <lsmith/asm/elf/elf.hpp>
#include <lsmith/asm/text/parse.hpp>

namespace lsmith::tests {
namespace {

using namespace isa;

constexpr std::string_view source = R"(.license "GPL"
.map events, ringbuf, 0, 0, 65536
.map lost, array, 4, 8, 1, 0x80
.constant uid, 1000
.constant flag, 18446744073709551615
.program deny_alg, socket_create
  r6 = *(u64 *)(r1 + argument(family))
  r7 = *(u64 *)(r1 + previous_retval())
  r8 = *(u64 *)(r6 + field(file, f_path.many[2].x))
  if w6 == constant(uid) goto out
  r1 = map_fd(events) ll
  r2 = map_value(lost, 8) ll
  r3 = function(callback) ll
  call kfunc(bpf_task_acquire)
  call kfunc(bpf_task_release)
  call kfunc(bpf_task_acquire)
  call count
  call nameless
out:
  exit
.function count
  w0 = type_size(task_struct)
  call count
  call callback
  exit
.function callback
  r0 = -1
  call bpf_ktime_get_ns
  exit
nameless:
  r1 = function(count) ll
  goto +0
  exit
.program other, file_open, cgroup
again:
  r1 = map_fd(lost) ll
  goto again
.program third, socket_create
  call count
  exit
.function count
  exit
.program sleeper, file_open, sleepable
  exit
)";

object sample() {
  checked<object> whole = text::parse(source, "sample.s");
  REQUIRE_MESSAGE(whole, to_string(whole.error()));
  return *std::move(whole);
}

auto spread(const location& where) {
  return std::tuple(std::string(where.file != nullptr ? where.file : "?"), where.file == nullptr, where.line, where.column, where.offset);
}

// Locations point to file names. The names are compared, not the pointers.
template <class Record>
bool same_locations(const std::vector<Record>& one, const std::vector<Record>& other) {
  for (std::size_t i = 0; i < one.size(); ++i)
    if (spread(one[i].where) != spread(other[i].where)) return false;
  return one.size() == other.size();
}

object without_locations(object whole) {
  for (program& one : whole.programs) {
    for (relocation& open : one.relocations) open.where = {};
    one.lines.change([](source_line& line) { line.where = {}; });
    for (subprogram& each : one.functions) each.where = {};
  }
  return whole;
}

bool same(const object& one, const object& other) {
  if (without_locations(one) != without_locations(other)) return false;
  for (std::size_t i = 0; i < one.programs.size(); ++i) {
    const program &a = one.programs[i], &b = other.programs[i];
    if (!same_locations(a.relocations, b.relocations) || !same_locations(a.lines.listed(), b.lines.listed()) || !same_locations(a.functions, b.functions))
      return false;
  }
  return true;
}

std::vector<std::byte> written(const object& whole) {
  checked<std::vector<std::byte>> file = write_elf(whole);
  REQUIRE_MESSAGE(file, to_string(file.error()));
  return *std::move(file);
}

bool survives(const object& whole) {
  const checked<object_file> again = read_elf(written(whole));
  REQUIRE_MESSAGE(again, to_string(again.error()));
  return same(again->content, whole);
}

}  // namespace

TEST_CASE("elf: an object is read back equal") { CHECK(survives(sample())); }

TEST_CASE("elf: an object is read back equal with lines that BTF cannot represent, without lines, without maps, and from C++") {
  object odd = sample();
  std::vector<source_line> lines = odd.programs[0].lines.listed();
  for (const std::uint32_t column : {1023u, 1024u, 2047u, 2048u}) {
    lines[0].where.column = column;
    odd.programs[0].lines = source_lines(lines);
    CHECK(survives(odd));
  }
  lines[0].where.column = 5000;
  lines[1].where.line = 1u << 23;
  lines[2].where = {};
  lines[3].where = location::at(77);
  odd.programs[0].lines = source_lines(lines);
  odd.programs[0].functions[0].where = {};
  CHECK(survives(odd));
  for (program& one : odd.programs) one.lines.clear();
  CHECK(survives(odd));

  assembler a;
  const label inner = a.new_label("inner");
  a({load(r6, mem64[r1 + argument("family")]), call(inner), exit(), function(inner), mov(r0, 0), exit()});
  CHECK(survives({.programs = {make_program("deny", "socket_create", *std::move(a).finish())}}));
}

TEST_CASE("elf: how a program is attached and whether it is sleepable is read back, in each combination") {
  for (const char* how : {"", ", cgroup", ", modify_return", ", sleepable", ", cgroup, sleepable"}) {
    CAPTURE(how);
    const checked<object> whole = text::parse(".program one, file_open" + std::string(how) + "\nexit\n", "t.s");
    REQUIRE(whole);
    CHECK(survives(*whole));
  }
}

TEST_CASE("elf: the scope is read back, and one that could forge a listing is neither written nor read") {
  for (const scope& who : {scope::cgroup("/sys/fs/cgroup/a b"), scope::uid(4294967295), scope::pid(1), scope::tree(7), scope::mount_ns("7"),
                           scope::pid_ns("/proc/7/ns/pid")}) {
    CAPTURE(std::string(name_of(who.kind)));
    object whole = sample();
    whole.scope = who;
    CHECK(survives(whole));
  }
  object whole = sample();
  whole.scope = scope::cgroup("/one\nexit");
  const std::string sentence = "'/one?exit' is not a scope that an ELF file can have: its path is not plain text";
  CHECK(to_string(write_elf(whole).error()) == sentence);
  whole.scope = scope::cgroup("/one#exit");
  std::vector<std::byte> file = *write_elf(whole);
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  file[text.find("/one#exit") + 4] = std::byte{'"'};
  CHECK(to_string(read_elf(file).error()) == "'/one\"exit' is not a scope that an ELF file can have: its path is not plain text");
}

TEST_CASE("elf: what the file cannot represent is a fault at its line") {
  const auto complaint = [](std::string_view text) {
    const checked<object> whole = text::parse(text, "t.s");
    REQUIRE(whole);
    const auto file = write_elf(*whole);
    return file ? std::string() : to_string(file.error());
  };
  CHECK(complaint(".program a, b\ngoto f\ncall f\nexit\n.function f\nexit\n") ==
        "t.s:2:1: this goes to slot 3, where no instruction of its function begins; the program has 4 slots");
  CHECK(complaint(".program a, b\ncall pc+7\nexit\n") ==
        "t.s:2:1: this goes to slot 8, where no instruction of its function begins; the program has 2 slots");
  CHECK(complaint(".program a, b\nr0 = map_fd(m) ll\nexit\n") ==
        "t.s:2:1: the program uses map 'm', and the object has none of that name");
  object whole = sample();
  whole.programs[0].hook = "a/b";
  CHECK(to_string(write_elf(whole).error()).starts_with("sample.s:7:3: there is no LSM hook 'a/b'"));
  whole = sample();
  whole.programs[0].relocations[2].name = "a, b";
  CHECK(to_string(write_elf(whole).error()) == "sample.s:9:3: nothing is called 'field(file, a, b)' here");
  whole.programs[0].relocations[2].name = "a(b";
  CHECK(to_string(write_elf(whole).error()) == "sample.s:9:3: nothing is called 'field(file, a(b)' here");
  for (const char* name : {"", "take(", "take()"}) {
    assembler a;
    a({call(kfunc(name)), exit()});
    const auto file = write_elf({.programs = {make_program("deny", "socket_create", *std::move(a).finish())}});
    REQUIRE_FALSE(file);
    CHECK(to_string(file.error()).ends_with("nothing is called '" + std::string(name) + "' here"));
  }
}

TEST_CASE("elf: what the reader would reject is not written") {
  const auto complaint = [](auto change) {
    object whole = sample();
    change(whole);
    const auto file = write_elf(whole);
    return file ? std::string("written") : to_string(file.error()[0]);
  };
  const std::string long_name(5000, 'a'), too_long = " is not a name that a file can have: it is too long";
  CHECK(complaint([](object& it) { it.programs[0].attach = attach_kind::modify_return; it.programs[0].hook = "nohook"; })
            .starts_with("sample.s:7:3: security_nohook does more than ask the LSMs"));
  CHECK(complaint([&](object& it) { it.programs[0].hook = long_name; }).ends_with("...'" + too_long));
  CHECK(complaint([&](object& it) { it.programs[0].relocations[0].name = long_name; }).ends_with("...'" + too_long));
  CHECK(complaint([&](object& it) {
          it.constants[0].name = long_name;
          for (relocation& open : it.programs[0].relocations)
            if (open.name == "uid") open.name = long_name;
        }).ends_with("...'" + too_long));
  CHECK(complaint([&](object& it) { it.license = long_name; }).ends_with(" is not a license that a file can have: it is too long"));
}

TEST_CASE("elf: more hooks than ELF can have sections are a fault, fewer are read back") {
  const auto of_hooks = [](std::size_t count) {
    object whole;
    for (std::size_t i = 0; i < count; ++i)
      whole.programs.push_back({.name = "p" + std::to_string(i), .hook = "h" + std::to_string(i), .code = {insn::of_raw(0x95)}});
    return whole;
  };
  CHECK(survives(of_hooks(2000)));
  const auto file = write_elf(of_hooks(66000));
  REQUIRE_FALSE(file);
  CHECK(to_string(file.error()) == "'66007 sections' is not a number that ELF counts to; put fewer hooks into one file");
}

TEST_CASE("elf: initial values of maps, storages and called programs are faults, not left out") {
  object whole = sample();
  whole.maps.push_back({.name = "limit", .initial_value = std::vector(8, std::byte{1})});
  whole.maps.push_back({.name = "marks", .type = map_type::task_storage, .entries = 0});
  whole.programs[0].called = true;
  CHECK(to_string(write_elf(whole).error()) ==
        "'limit' is not a map that an ELF file can have: it has initial content\n"
        "'marks' is not a map that an ELF file can have: it is a storage\n"
        "'" + whole.programs[0].name + "' is not a program that an ELF file can have: it is tail-called");
}

TEST_CASE("elf: a file with names that could forge a listing is rejected") {
  const auto forged = [](std::string_view from, std::string_view to) {
    std::vector<std::byte> file = written(sample());
    std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
    for (std::size_t at = 0; (at = text.find(from, at)) != text.npos; at += from.size()) std::memcpy(file.data() + at, to.data(), to.size());
    const checked<object_file> got = read_elf(file);
    return got ? std::string("read") : to_string(got.error()[0]);
  };
  CHECK(forged("GPL", "G\"\n") == "'G\"?' cannot be a license: it takes printable ASCII, and a license no quotes");
  CHECK(forged("lsm/socket_create", "lsm/\nexit\x1b[2J____") == "'?exit?[2J____' cannot be a hook: it takes printable ASCII, and a license no quotes");
  CHECK(forged("deny_alg", "deny\x1b___").starts_with("'deny?___' is no name for a program"));
}

TEST_CASE("elf: a file that is cut off at any byte is rejected") {
  const std::vector<std::byte> file = written(sample());
  std::size_t wrong = 0;
  for (std::size_t size = 0; size < file.size(); ++size) {
    const std::vector<std::byte> cut(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size));
    const checked<object_file> got = read_elf(cut);
    wrong += got.has_value() || to_string(got.error()).empty();
  }
  CHECK(wrong == 0);
}

TEST_CASE("elf: a file with any byte changed is rejected with a fault, or read as a valid object") {
  const std::vector<std::byte> file = written(sample());
  std::size_t rejected = 0, nameless = 0, unsound = 0;
  for (std::size_t at = 0; at < file.size(); ++at)
    for (const unsigned change : {0x01u, 0x80u, 0xffu}) {
      std::vector<std::byte> damaged = file;
      damaged[at] ^= std::byte(change);
      const checked<object_file> got = read_elf(damaged);
      rejected += !got;
      nameless += !got && got.error().empty();
      unsound += got && !check(got->content).empty();
    }
  CHECK(nameless == 0);
  CHECK(unsound == 0);
  CHECK(rejected > 0);
}

TEST_CASE("elf: a file with an extreme value in any header field is rejected with a fault, or read as a valid object") {
  const std::vector<std::byte> file = written(sample());
  Elf64_Ehdr head;
  std::memcpy(&head, file.data(), sizeof head);
  std::size_t handled = 0;
  const auto replace = [&](std::size_t offset, std::size_t size) {
    for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{0x7fffffff}, ~std::uint64_t{0}, std::uint64_t{file.size()}}) {
      std::vector<std::byte> damaged = file;
      std::memcpy(damaged.data() + offset, &value, size);
      const checked<object_file> got = read_elf(damaged);
      handled += got ? check(got->content).empty() : !to_string(got.error()).empty();
    }
  };
  const std::size_t in_head[] = {16, 18, 20, 24, 32, 40, 48, 52, 54, 56, 58, 60, 62, 64};
  std::size_t tried = 0;
  for (std::size_t i = 0; i + 1 < std::size(in_head); ++i, tried += 5) replace(in_head[i], in_head[i + 1] - in_head[i]);
  const std::size_t in_section[] = {0, 4, 8, 16, 24, 32, 40, 44, 48, 56, 64};
  for (std::size_t number = 0; number < head.e_shnum; ++number)
    for (std::size_t i = 0; i + 1 < std::size(in_section); ++i, tried += 5)
      replace(head.e_shoff + number * 64 + in_section[i], in_section[i + 1] - in_section[i]);
  CHECK(handled == tried);
}

TEST_CASE("elf: the error names what is wrong and where") {
  const std::vector<std::byte> file = written(sample());
  const auto complaint = [&](std::size_t offset, std::uint8_t value) {
    std::vector<std::byte> damaged = file;
    damaged[offset] = std::byte(value);
    const checked<object_file> got = read_elf(damaged);
    return got ? std::string() : to_string(got.error());
  };
  CHECK(complaint(0, 0) == "at byte 0: this ELF file cannot be read: it is no ELF file");
  CHECK(complaint(4, 1) == "at byte 4: this ELF file cannot be read: it is not 64-bit little-endian");
  CHECK(complaint(16, 2) == "at byte 16: this ELF file cannot be read: it is not relocatable");
  CHECK(complaint(18, 62) == "at byte 18: this ELF file cannot be read: it is not for eBPF");
}

// One field of a symbol, a section header or a relocation is changed.
TEST_CASE("elf: every contradiction in the tables is an error with its offset") {
  const std::vector<std::byte> file = written(sample());
  Elf64_Ehdr head;
  std::memcpy(&head, file.data(), sizeof head);
  std::vector<Elf64_Shdr> sections(head.e_shnum);
  std::memcpy(sections.data(), file.data() + head.e_shoff, sections.size() * sizeof sections[0]);
  const auto of_type = [&](Elf64_Word type) {
    return *std::find_if(sections.begin(), sections.end(), [&](const Elf64_Shdr& one) { return one.sh_type == type; });
  };
  const Elf64_Shdr symbols = of_type(SHT_SYMTAB), relocations = of_type(SHT_REL);
  const auto complaint = [&](std::uint64_t offset, const auto& value) {
    std::vector<std::byte> damaged = file;
    std::memcpy(damaged.data() + offset, &value, sizeof value);
    const checked<object_file> got = read_elf(damaged);
    return got ? std::string("read") : to_string(got.error());
  };
  const auto at = [](std::uint64_t offset, std::string_view why) {
    return "at byte " + std::to_string(offset) + ": this ELF file cannot be read: " + std::string(why);
  };
  const auto symbol = [&](std::size_t number) {
    Elf64_Sym read;
    std::memcpy(&read, file.data() + symbols.sh_offset + number * sizeof read, sizeof read);
    return read;
  };
  const std::uint64_t first = symbols.sh_offset + sizeof(Elf64_Sym), second = first + sizeof(Elf64_Sym);
  const std::uint64_t text = sections[symbol(1).st_shndx].sh_offset;

  CHECK(complaint(second + offsetof(Elf64_Sym, st_value), Elf64_Addr{symbol(1).st_value}) == at(text + symbol(1).st_value, "two functions overlap"));
  CHECK(complaint(first + offsetof(Elf64_Sym, st_size), Elf64_Xword{0}) == at(text + symbol(1).st_value, "a function has no instructions"));
  CHECK(complaint(first + offsetof(Elf64_Sym, st_size), ~Elf64_Xword{0}) == at(text, "a function lies outside its section"));
  CHECK(complaint(first + offsetof(Elf64_Sym, st_shndx), std::uint16_t{0xffff}) == at(symbols.sh_offset, "a function is outside .text"));
  CHECK(complaint(first + offsetof(Elf64_Sym, st_name), std::uint32_t{0xffffffff}) ==
        at(sections[symbols.sh_link].sh_offset, "a name lies outside its strings"));
  CHECK(complaint(relocations.sh_offset + offsetof(Elf64_Rel, r_offset), Elf64_Addr{4}) == at(relocations.sh_offset, "a relocation is outside all programs"));
  CHECK(complaint(relocations.sh_offset + offsetof(Elf64_Rel, r_info), ~std::uint64_t{0}) == at(relocations.sh_offset, "a relocation names no symbol"));
  CHECK(complaint(offsetof(Elf64_Ehdr, e_shentsize), std::uint16_t{63}) == at(58, "its section headers have another size"));
  CHECK(complaint(offsetof(Elf64_Ehdr, e_shoff), std::uint64_t{1} << 63) == at(40, "its section headers lie outside the file"));
  CHECK(complaint(offsetof(Elf64_Ehdr, e_shnum), std::uint16_t{1}) == at(60, "it has no sections"));
  CHECK(complaint(offsetof(Elf64_Ehdr, e_shstrndx), std::uint16_t{0xfff0}) == at(62, "it has no section names"));
}

TEST_CASE("elf: a program of a million slots is written and read back") {
  object whole = {.programs = {{.name = "long", .hook = "file_open", .code = std::vector<insn>(1'000'000, insn::of_raw(0x95))}}};
  CHECK(survives(whole));
  whole.programs[0].code.push_back(insn::of_raw(0x95));
  CHECK(to_string(write_elf(whole).error()) == "the program has 1000001 instruction slots, and the kernel takes 1000000");
}

TEST_CASE("debug information: a function begins wherever the code calls, and each has a line") {
  const object whole = sample();
  const auto functions = functions_of(whole.programs[0]);
  REQUIRE(functions.size() == 4);
  CHECK(functions[1].name == "count");
  CHECK(functions[3].name == "deny_alg_23");
  CHECK_FALSE(functions[3].recorded);
  program fewer = whole.programs[0];
  fewer.lines = {fewer.lines.front()};
  const auto lines = lines_of(fewer, functions);
  REQUIRE(lines.size() == 4);
  CHECK(lines[1].inherited);
  CHECK(lines[1].line.slot == functions[1].slot);
  CHECK(lines[3].line.where == fewer.lines.front().where);
}

}  // namespace lsmith::tests
