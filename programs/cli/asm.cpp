// Text to bytes. A file with directives is an object, written as ELF or shown as digits; instructions alone are only
// digits, since nothing says which hook they are for.
#include <optional>

#include <sys/utsname.h>

#include <lsmith/asm/elf.hpp>
#include <lsmith/asm/lint.hpp>
#include <lsmith/asm/names.hpp>
#include <lsmith/asm/text/parse.hpp>
#include <lsmith/loader/kernel_btf.hpp>
#include <lsmith/programs/cli/listing_file.hpp>
#include <lsmith/programs/cli/open_types.hpp>
#include <lsmith/programs/cli/options.hpp>

namespace lsmith::cli {
namespace {

/// What was read: programs, or instructions alone as one program without name and hook.
checked<object> assemble(std::string_view source, const char* file, bool with_programs) {
  if (with_programs) {
    auto whole = isa::text::parse(source, file);
    if (!whole) return whole;
    if (faults wrong = check(*whole); !wrong.empty()) return std::unexpected(std::move(wrong));
    return whole;
  }
  auto made = isa::text::parse_code(source, file);
  if (!made) return std::unexpected(std::move(made.error()));
  return object{.programs = {isa::make_program("", "", std::move(*made))}};
}

int print_warnings(const object& whole, std::string_view source, const console& to) {
  for (const program& one : whole.programs)
    for (const fault& warning : isa::lint(one.code, one.lines, one.functions)) {
      const std::string text = isa::text::explain(faults(warning), source);
      to.err << "warning: " << text;
    }
  return done;
}

/// The number that is open at a slot, as a name; empty when there is none.
std::string open_name(const program& of, std::uint32_t slot) {
  std::string text;
  for (const relocation& open : of.relocations) {
    if (open.slot != slot) continue;
    const bool wide = slot + 1 < of.code.size();
    isa::print_name(open, wide ? static_cast<std::uint32_t>(of.code[slot + 1].immediate) : 0, text);
  }
  return text;
}

void print_hex(const object& whole, std::ostream& out) {
  for (const program& one : whole.programs) {
    if (!one.name.empty()) out << "# " << one.name << " on " << one.hook << '\n';
    for (std::uint32_t slot = 0; slot < one.code.size(); ++slot) {
      const std::string open = open_name(one, slot);
      out << hex_text(one.code[slot]) << (open.empty() ? "" : "  # ") << open << '\n';
    }
  }
}

constexpr std::string_view usage =
    "usage: lsmith asm FILE|- [-o OUT.o [--btf TYPES] | --hex] [--check]\n\n"
    "Assembles a text. Without -o and --hex it only says whether the text is right. Bytes are printed one instruction slot\n"
    "a line; a number that only a kernel can give is zero, and its name stands beside it.\n\n"
    "With --btf the file is for other loaders too: what CO-RE has words for they ask anew of every kernel, the rest is\n"
    "answered from these types, and it is said on which kernels that holds.\n\n";

/// What a kernel's types are called: the running kernel's by its release.
std::string kernel_name(const std::string& path) {
  utsname running{};
  if (path != loader::kernel_btf::usual_path || uname(&running) != 0) return path;
  return running.release;
}

int write_object(const object& whole, std::string_view source, const boost::program_options::variables_map& values, const console& to) {
  elf_options chosen;
  std::optional<btf::types> kernel;
  std::string name;
  if (values.count("btf")) {
    if (!(kernel = open_types(values, to))) return refused;
    name = kernel_name(values["btf"].as<std::string>());
    chosen = {.kernel = &*kernel, .kernel_name = name};
  }
  const auto file = write_elf(whole, chosen);
  if (!file) return to.err << isa::text::explain(file.error(), source), refused;
  const std::string path = values["output"].as<std::string>();
  if (!write_output(path, {reinterpret_cast<const char*>(file->data()), file->size()})) return complain(to, "'" + path + "' cannot be written");
  if (kernel) to.out << where_it_holds(*read_elf(*file));
  return done;
}

}  // namespace

int assemble(const words& given, const console& to) {
  namespace options = boost::program_options;
  options::options_description known("Options of asm");
  known.add_options()
      ("output,o", options::value<std::string>()->value_name("OUT.o"), "write the programs as an ELF file; the text names them with .program")
      ("btf", options::value<std::string>()->value_name("TYPES"), "with -o: the types of the kernel to write for, a BTF or ELF file")
      ("hex", "print the bytes")
      ("check", "warn of what is legal and hardly meant: jumps into nowhere, a missing exit, code that no path leads to, writes to r10, accesses outside the stack")
      ("help", "this text");
  const auto values = read_options(given, known, plain_words::one);
  if (values.count("help")) return to.out << usage << known, done;
  if (values.count("hex") && values.count("output")) throw usage_error{"give one of -o and --hex"};
  if (values.count("btf") && !values.count("output")) throw usage_error{"--btf goes with -o: only a file is written for a kernel"};
  if (plain(values).empty()) throw usage_error{"name the file to assemble, or - for the standard input"};

  const std::string path = plain(values).front();
  const auto source = read_input(path);
  if (!source) return complain(to, to_string(source.error()));
  const std::string name = path == "-" ? "<stdin>" : path;
  const auto whole = assemble(*source, name.c_str(), values.count("output") || isa::text::has_directives(*source));
  if (!whole) return to.err << isa::text::explain(whole.error(), *source), refused;
  if (values.count("check")) print_warnings(*whole, *source, to);
  if (values.count("output")) return write_object(*whole, *source, values, to);
  if (values.count("hex")) print_hex(*whole, to.out);
  return done;
}

}  // namespace lsmith::cli
