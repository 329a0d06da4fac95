#include <lsmith/loader/image/build_image.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <lsmith/asm/object/map_btf.hpp>
#include <lsmith/asm/object/reserved_names.hpp>
#include <lsmith/asm/resolve/resolve.hpp>
#include <lsmith/btf/encode/encode.hpp>
#include <lsmith/loader/image/layout.hpp>
#include <lsmith/loader/load/elements.hpp>
#include <lsmith/loader/load/load_program.hpp>
#include <lsmith/loader/load/prog_btf.hpp>
#include <lsmith/loader/load/scope.hpp>
#include <lsmith/loader/pin/pins.hpp>
#include <lsmith/loader/syscall/calls.hpp>

namespace lsmith::loader {
namespace {

using image_layout::part;

constexpr std::uint32_t digits_of_since = 10;

/// What the object and the options have that an image cannot represent.
faults not_in_image(const object& whole, const load_options& how) {
  faults wrong;
  const auto lacks = [&](bool has, std::string_view name, std::string_view what) {
    if (has) wrong.add({.why = cause::not_in_image, .during = stage::assemble, .name = name, .of = what});
  };
  const std::string_view first = whole.programs.empty() ? std::string_view() : whole.programs[0].name;
  const scope_kind bound = whole.scope.kind;
  lacks(bound == scope_kind::pid || bound == scope_kind::tree, first, "a process in its scope");
  lacks(bound == scope_kind::mount_ns || bound == scope_kind::pid_ns, first, "a namespace in its scope");
  lacks(how.confirm_within.has_value(), first, "a deadline");
  lacks(!how.reuse.empty(), first, "maps that are reused where they are pinned");
  lacks(how.built_on != nullptr, first, "relocations that are left to the kernel");
  lacks(whole.programs.size() > image_layout::most_programs, first, "more than 64 programs");
  lacks(whole.maps.size() > image_layout::most_maps, first, "more than 64 maps");
  for (const program& one : whole.programs)
    lacks(one.attach == attach_kind::lsm_cgroup, one.name, "a cgroup that it attaches to");
  for (const map& one : whole.maps)
    lacks(one.type == map_type::perf_event_array && one.entries == 0, one.name, "as many entries as the machine has CPUs");
  return wrong;
}

/// A relocation that owns its texts.
struct owned_relocation {
  btf::core_relo_kind kind;
  std::string type, name;

  bool operator==(const owned_relocation&) const = default;
};

/// Writes an image, part by part.
class image_builder {
 public:
  image_builder(const object& whole, const load_options& how) : whole_(whole), how_(how) {
    append(&head_, sizeof head_, alignof(image_layout::header));
  }

  checked<std::vector<std::byte>> build(const image_words& words, const std::optional<image_pin>& pin);

 private:
  std::uint32_t append(const void* from, std::size_t length, std::size_t alignment) {
    image_.resize((image_.size() + alignment - 1) / alignment * alignment);
    const auto at = static_cast<std::uint32_t>(image_.size());
    const auto* bytes = static_cast<const std::byte*>(from);
    image_.insert(image_.end(), bytes, bytes + length);
    return at;
  }
  template <class T>
  part all(const std::vector<T>& records) {
    constexpr std::size_t alignment = std::max(alignof(T), alignof(std::uint64_t));
    return {append(records.data(), records.size() * sizeof(T), alignment), static_cast<std::uint32_t>(records.size())};
  }
  image_layout::text text(std::string_view characters) {
    const auto at = append(characters.data(), characters.size(), 1);
    image_.push_back({});
    return {at, static_cast<std::uint32_t>(characters.size())};
  }

  std::uint32_t index_of_map(std::string_view name) const;
  std::uint32_t index_of_program(std::string_view name) const;
  std::uint32_t add_relocation(const owned_relocation& relo);
  void add_element(std::uint32_t map, image_layout::value_kind what, const void* key, std::size_t key_size, std::uint32_t value);

  void write_maps();
  void write_elements(const map& of, std::uint32_t index);
  void write_contents();
  void write_scope();
  void write_program(const program& source, const resolved_program& ready);
  void write_pin(const image_pin& pin);

  const object& whole_;
  const load_options& how_;
  image_layout::header head_ = {};
  std::vector<std::byte> image_;
  std::vector<image_layout::map> maps_;
  std::vector<image_layout::element> elements_;
  std::vector<image_layout::program> programs_;
  std::vector<image_layout::relocation> relocations_;
  std::vector<owned_relocation> distinct_;  ///< those of relocations_, with their texts
  std::vector<owned_relocation> in_order_;  ///< in the programs' order: the hook, then each open number
  std::size_t next_ = 0;                  ///< of in_order_
};

std::uint32_t image_builder::index_of_map(std::string_view name) const {
  const auto found = std::ranges::find(whole_.maps, name, &map::name);
  return found == whole_.maps.end() ? image_layout::map::none : static_cast<std::uint32_t>(found - whole_.maps.begin());
}

std::uint32_t image_builder::index_of_program(std::string_view name) const {
  const auto found = std::ranges::find(whole_.programs, name, &program::name);
  return static_cast<std::uint32_t>(found - whole_.programs.begin());
}

/// Returns the relocation's index. Equal relocations are stored once.
std::uint32_t image_builder::add_relocation(const owned_relocation& relo) {
  const auto found = std::ranges::find(distinct_, relo);
  if (found != distinct_.end()) return static_cast<std::uint32_t>(found - distinct_.begin());
  distinct_.push_back(relo);
  relocations_.push_back({static_cast<std::uint32_t>(relo.kind), text(relo.type), text(relo.name)});
  return static_cast<std::uint32_t>(relocations_.size() - 1);
}

void image_builder::add_element(std::uint32_t map, image_layout::value_kind what, const void* key, std::size_t key_size,
                                std::uint32_t value) {
  elements_.push_back({map, what, append(key, key_size, alignof(std::uint64_t)), value});
}

void image_builder::write_maps() {
  btf::encoder types;
  for (const map& one : whole_.maps) {
    const map_btf added = add_types(types, one);
    const map_btf described = passes_btf(one.type, added) ? added : map_btf();
    image_layout::map record{.type = static_cast<std::uint32_t>(one.type),
                             .key_size = one.key_size,
                             .value_size = one.value_size,
                             .entries = one.entries,
                             .flags = one.flags,
                             .inner = one.inner.empty() ? image_layout::map::none : index_of_map(one.inner),
                             .key_type = btf::number(described.key),
                             .value_type = btf::number(described.value),
                             .frozen = how_.freezes(one)};
    put_name(record.name, one.name);
    if (needs_btf(one.type)) head_.needs_btf = 1;
    maps_.push_back(record);
  }
  if (types.count() != 0) head_.map_btf = all(types.finish());
  for (std::uint32_t i = 0; i < whole_.maps.size(); ++i) write_elements(whole_.maps[i], i);
}

void image_builder::write_elements(const map& of, std::uint32_t index) {
  for (std::uint32_t i = 0; i * of.value_size < of.initial_value.size(); ++i) {
    const auto value = append(of.initial_value.data() + i * of.value_size, of.value_size, alignof(std::uint64_t));
    add_element(index, image_layout::value_kind::bytes, &i, sizeof i, value);
  }
  for (const map_slot& slot : of.slots) {
    const auto add = [&](image_layout::value_kind kind, std::uint32_t value) {
      add_element(index, kind, &slot.index, sizeof slot.index, value);
    };
    if (of.type == map_type::prog_array) add(image_layout::value_kind::program, index_of_program(slot.name));
    else if (of.type == map_type::cgroup_array) add(image_layout::value_kind::cgroup, text(slot.name).at);
    else add(image_layout::value_kind::map, index_of_map(slot.name));
  }
}

void image_builder::write_contents() {
  for (const map_contents& one : how_.contents) {
    const std::uint32_t index = index_of_map(one.map);  // build_image() has checked that it is there
    const map& into = whole_.maps[index];
    for (std::size_t i = 0; i * into.key_size < one.keys.size(); ++i) {
      const auto value = append(one.values.data() + i * into.value_size, into.value_size, alignof(std::uint64_t));
      add_element(index, image_layout::value_kind::bytes, one.keys.data() + i * into.key_size, into.key_size, value);
    }
  }
}

void image_builder::write_scope() {
  constexpr std::uint32_t first = 0;
  if (whole_.scope.kind != scope_kind::cgroup) return;
  add_element(index_of_map(reserved::scope_cgroup), image_layout::value_kind::cgroup, &first, sizeof first,
              text(whole_.scope.path).at);
}

void image_builder::write_program(const program& source, const resolved_program& ready) {
  image_layout::program record{.prog_type = static_cast<std::uint32_t>(prog_type_of(source.attach)),
                               .attach_type = static_cast<std::uint32_t>(attach_type_of(source.attach)),
                               .flags = source.sleepable ? abi::prog_sleepable : 0,
                               .called = source.called,
                               .hook = add_relocation(in_order_[next_++])};
  put_name(record.name, source.name);
  std::vector<image_layout::open_number> open;
  for (const relocation& one : source.relocations) {
    if (one.from == relocation_source::kernel_types) open.push_back({one.slot, 0, add_relocation(in_order_[next_++])});
    else if (one.from != relocation_source::constant) open.push_back({one.slot, 1, index_of_map(one.name)});
  }
  const prog_btf described = describe_program(source, how_.statements);
  record.code = all(ready.code);
  record.open = all(open);
  record.types = all(described.types);
  record.functions = all(described.functions);
  record.lines = all(described.lines);
  programs_.push_back(record);
}

void image_builder::write_pin(const image_pin& pin) {
  head_.pin = text(pin.name);
  head_.description = text(pin.description);
  head_.since = {head_.description.at + static_cast<std::uint32_t>(pin.since), digits_of_since};
  if (pin.armed_last) head_.armed_map = index_of_map(reserved::armed);
}

checked<std::vector<std::byte>> image_builder::build(const image_words& words, const std::optional<image_pin>& pin) {
  // The relocations are not resolved here, but stored in the image. resolve() only writes the constants into the code.
  const auto ready = resolve(whole_, [this](std::span<btf::relocation> relocations) -> result<void> {
    for (const btf::relocation& one : relocations) in_order_.push_back({one.kind, std::string(one.type), std::string(one.name)});
    return {};
  });
  if (!ready) return std::unexpected(ready.error());
  head_.about = text(words.about);
  head_.says = text(words.says);
  head_.license = text(whole_.license);
  if (pin) write_pin(*pin);
  write_maps();
  write_contents();
  write_scope();
  for (std::size_t i = 0; i < whole_.programs.size(); ++i) write_program(whole_.programs[i], (*ready)[i]);
  if (relocations_.size() > image_layout::most_relocations)
    return std::unexpected(faults(error{.why = cause::not_in_image,
                                        .during = stage::assemble,
                                        .name = whole_.programs[0].name,
                                        .of = "more than 256 relocations"}));
  head_.maps = all(maps_);
  head_.elements = all(elements_);
  head_.programs = all(programs_);
  head_.relocations = all(relocations_);
  image_.resize((image_.size() + 7) / 8 * 8);
  head_.size = static_cast<std::uint32_t>(image_.size());
  std::memcpy(image_.data(), &head_, sizeof head_);
  head_.checksum = image_layout::checksum_of(image_);
  std::memcpy(image_.data(), &head_, sizeof head_);
  return std::move(image_);
}

/// Empty if the contents are whole elements of a map that the object has.
faults unfit(const object& whole, const map_contents& contents) {
  const map* into = whole.find_map(contents.map);
  if (into == nullptr) return faults(error{.why = cause::unknown_map, .during = stage::open, .name = contents.map});
  if (is_per_cpu(into->type))
    return faults(
        error{.why = cause::not_in_image, .during = stage::open, .name = contents.map, .of = "contents that differ by CPU"});
  const std::size_t count = into->key_size == 0 ? 0 : contents.keys.size() / into->key_size;
  if (contents.keys.size() == count * into->key_size && contents.values.size() == count * into->value_size) return {};
  return faults(error{.why = cause::map_operation,
                      .during = stage::open,
                      .system_error = EINVAL,
                      .name = contents.map,
                      .of = "updating elements"});
}

faults unfit_contents(const object& whole, const load_options& how) {
  faults wrong;
  for (const map_contents& one : how.contents)
    for (const fault& each : unfit(whole, one)) wrong.add(each);
  return wrong;
}

faults unfit_pin(const object& whole, const std::optional<image_pin>& pin) {
  if (!pin) return {};
  if (pin->armed_last && whole.find_map(reserved::armed) == nullptr)
    return faults(error{.why = cause::unknown_map, .during = stage::pin, .name = reserved::armed});
  if (!is_pin_name(pin->name)) return faults(error{.why = cause::pin_name_invalid, .during = stage::pin, .name = pin->name});
  if (within(pin->since, digits_of_since, pin->description.size())) return {};
  return faults(error{.why = cause::not_in_image,
                      .during = stage::pin,
                      .name = pin->name,
                      .of = "a description without ten digits for the time"});
}

}  // namespace

checked<std::vector<std::byte>> build_image(object whole, const load_options& how, const image_words& words,
                                            const std::optional<image_pin>& pin) {
  if (faults wrong = check(whole); !wrong.empty()) return std::unexpected(std::move(wrong));
  if (faults wrong = not_in_image(whole, how); !wrong.empty()) return std::unexpected(std::move(wrong));
  if (faults wrong = unfit_contents(whole, how); !wrong.empty()) return std::unexpected(std::move(wrong));
  if (faults wrong = unfit_pin(whole, pin); !wrong.empty()) return std::unexpected(std::move(wrong));
  if (auto set = set_scope(whole, how); !set) return std::unexpected(faults(set.error()));
  return image_builder(whole, how).build(words, pin);
}

}  // namespace lsmith::loader
