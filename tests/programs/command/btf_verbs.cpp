// The verbs btf find, dump and diff: several types with one name, the split BTF of a module, damaged files.
#include <doctest/doctest.h>

#include <cstring>
#include <fstream>
#include <sstream>
#include <vector>

#include <unistd.h>

#include <lsmith/btf/encode/encode.hpp>
#include <lsmith/btf/types/types.hpp>
#include <lsmith/tests/btf/sample.hpp>
#include <lsmith/tests/harness/policy/command.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::btf;

using lsmith::tests::lsmith_says;
using lsmith::tests::outcome;

/// A file with the given bytes, deleted when it goes out of scope.
struct saved {
  std::string path;
  explicit saved(const std::vector<std::byte>& whole, const std::string& ending = "")
      : path("/tmp/lsmith-btf-" + std::to_string(::getpid()) + ending) {
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(whole.data()), static_cast<std::streamsize>(whole.size()));
  }
  ~saved() { ::unlink(path.c_str()); }
};

TEST_CASE("btf find: prints every type, member and enumerator with that name") {
  encoder e;
  const type_id number = e.int_("int", 4, int_encoding::signed_);
  e.struct_("twice", 4, std::vector<new_member>{{"x", number, 0}});
  e.struct_("twice", 12, std::vector<new_member>{{"y", number, 0}, {"x", number, 64}});
  e.func("twice", e.func_proto(number, {}), linkage::static_);
  e.enum_("numbers", 4, std::vector<new_enumerator>{{"twice", 2}});
  const saved file(e.finish());

  CHECK(lsmith_says({"btf", "find", "twice", "--btf", file.path}).out ==
        "      2  STRUCT  twice  struct twice, size 4\n"
        "      3  STRUCT  twice  struct twice, size 12\n"
        "      5  FUNC  twice  int twice(void)\n"
        "      6  ENUMERATOR  twice  enum numbers, value 2\n");
  CHECK(lsmith_says({"btf", "find", "twice.x", "--btf", file.path}).out ==
        "      1  MEMBER  twice.x  of 2, offset 0, size 4: int x\n"
        "      1  MEMBER  twice.x  of 3, offset 8, size 4: int x\n");
  CHECK(lsmith_says({"btf", "find", "twice.y", "--btf", file.path, "--json"}).out ==
        "{\"found\":[{\"name\":\"twice.y\",\"kind\":\"MEMBER\",\"id\":1,\"text\":\"of 3, offset 0, size 4: int y\"}]}\n");
}

TEST_CASE("btf find: a name that does not exist is reported with similar names, and the other names are still printed") {
  const saved file(tests::sample_bytes());
  const outcome got = lsmith_says({"btf", "find", "fille", "kind_enum", "file.f_mod", "--btf", file.path});
  CHECK(got.status == 1);
  CHECK(got.err.find("there is no type 'fille'; did you mean 'file'") != std::string::npos);
  CHECK(got.err.find("struct file has no member 'f_mod'; did you mean 'f_mode'") != std::string::npos);
  CHECK(got.out.find("ENUM  kind_enum") != std::string::npos);
}

/// The split BTF of a module: its ids and string offsets continue those of the sample.
std::vector<std::byte> module_types() {
  std::vector<std::byte> base = tests::sample_bytes();
  const auto head = read_as<header>(base.data());
  const types kernel = types::parse(base).value();
  const char strings[] = "own_thing\0base";
  const record one = {head.str_len, info_word(kind::struct_, 1), 96};
  const raw_member member = {head.str_len + 10, number(kernel.find("file", kind::struct_)->id()), 0};
  header small = {magic,          version, 0, short_header, 0, sizeof one + sizeof member, sizeof one + sizeof member,
                  sizeof strings, 0,       0};
  std::vector<std::byte> whole(bytes_of(small).begin(), bytes_of(small).begin() + short_header);
  whole.insert(whole.end(), bytes_of(one).begin(), bytes_of(one).end());
  whole.insert(whole.end(), bytes_of(member).begin(), bytes_of(member).end());
  const auto* text = reinterpret_cast<const std::byte*>(strings);
  whole.insert(whole.end(), text, text + sizeof strings);
  return whole;
}

TEST_CASE("btf: a module is read with its kernel's types, and refused without them or with other types") {
  const saved kernel(tests::sample_bytes(), "-kernel");
  const saved module_file(module_types(), "-module");
  const outcome found = lsmith_says({"btf", "find", "own_thing.base.f_mode", "--btf", module_file.path, "--base", kernel.path});
  CHECK(found.err == "");
  CHECK(found.out.find("offset 0, size 4: u32 f_mode") != std::string::npos);

  const outcome alone = lsmith_says({"btf", "dump", "--btf", module_file.path});
  CHECK(alone.status == 1);
  CHECK(alone.err.find("the BTF header's str_off cannot be 48") != std::string::npos);

  encoder other;
  other.int_("int", 4);
  const saved stranger(other.finish(), "-stranger");
  const outcome wrong = lsmith_says({"btf", "dump", "--btf", module_file.path, "--base", stranger.path});
  CHECK(wrong.status == 1);
  CHECK(wrong.err.find(module_file.path) != std::string::npos);
  CHECK(wrong.err.find("outside the strings") != std::string::npos);
}

std::vector<std::byte> with_word(std::vector<std::byte> whole, std::size_t at, std::uint32_t value) {
  std::memcpy(whole.data() + at, &value, 4);
  return whole;
}

TEST_CASE("btf: find, dump and diff refuse a damaged file with its name, the location and the reason") {
  const std::vector<std::byte> whole = tests::sample_bytes();
  const auto head = read_as<header>(whole.data());
  const auto cut_at = [&](std::size_t length) {
    return std::vector<std::byte>(whole.begin(), whole.begin() + static_cast<long>(length));
  };
  encoder loop;
  loop.typedef_("around", static_cast<type_id>(2));
  loop.typedef_("and_around", static_cast<type_id>(1));
  encoder past_the_end;
  past_the_end.pointer(static_cast<type_id>(77));

  struct row {
    const char* what;
    std::vector<std::byte> file;
    const char* says;
  };
  const row rows[] = {
      {"an empty file", {}, "at byte 0: the BTF is cut off in its header"},
      {"cut in the header", cut_at(20), "at byte 0: the BTF is cut off in its header"},
      {"cut in the types", cut_at(short_header + 40), "type_len cannot be"},
      {"cut in the strings", cut_at(whole.size() - 3), "str_len cannot be"},
      {"a header length of zero", with_word(whole, offsetof(header, hdr_len), 0), "hdr_len cannot be 0"},
      {"types beyond the file", with_word(whole, offsetof(header, type_off), 0xffff'fffc), "type_off cannot be 4294967292"},
      {"strings beyond the file", with_word(whole, offsetof(header, str_off), head.str_off + 1'000'000), "str_off cannot be"},
      {"strings that do not end", with_word(whole, whole.size() - 4, 0x61616161), "str_len cannot be"},
      {"a name past the strings", with_word(whole, short_header, head.str_len), "has its name at"},
      {"an unknown kind", with_word(whole, short_header + 4, 31u << 24), "has kind 31, which is unknown here"},
      {"a loop", loop.finish(), "at byte 24: "},
      {"an id past the end", past_the_end.finish(), "at byte 24: BTF type id 77 is referred to, and there are only 1 types"},
  };
  for (const row& each : rows) {
    CAPTURE(each.what);
    const saved file(each.file);
    const saved good(whole, "-good");
    for (const auto& words : {std::vector<std::string>{"btf", "find", "file", "--btf", file.path},
                              {"btf", "dump", "--btf", file.path},
                              {"btf", "dump", "--format", "c", "--btf", file.path},
                              {"btf", "diff", good.path, file.path},
                              {"hooks", "--btf", file.path}}) {
      CAPTURE(words);
      const outcome got = lsmith_says(words);
      CHECK(got.status == 1);
      CHECK(got.out == "");
      CHECK(got.err.find(file.path + ": ") != std::string::npos);
      CHECK_MESSAGE(got.err.find(each.says) != std::string::npos, got.err);
    }
  }
}

}  // namespace
