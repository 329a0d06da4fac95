#include <lsmith/loader/load/elements.hpp>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <vector>

#include <lsmith/loader/kernel/possible_cpus.hpp>
#include <lsmith/loader/syscall/calls.hpp>

namespace lsmith::loader {
namespace {

constexpr std::uint16_t not_supported = 524;  // ENOTSUPP: no batch operation for this kind of map

std::unexpected<error> failed(const live_map& map, std::uint16_t number, std::string_view what = "reading the elements",
                              std::size_t at = 0) {
  return failure({.why = cause::map_operation,
                  .during = stage::events,
                  .system_error = number,
                  .first = static_cast<std::int64_t>(at),
                  .name = map.description.name,
                  .of = what});
}

abi::map_batch batch_of(const live_map& map, const std::byte* keys, const std::byte* values, std::size_t count) {
  return {.keys = abi::address(keys),
          .values = abi::address(values),
          .count = static_cast<std::uint32_t>(count),
          .map_fd = static_cast<std::uint32_t>(map.descriptor.get())};
}

/// The number of keys; nothing if the last one is incomplete.
std::optional<std::size_t> count_keys(const live_map& map, bytes keys) {
  const std::size_t size = map.description.key_size;
  if (size == 0 || keys.size() % size != 0) return std::nullopt;
  return keys.size() / size;
}

result<void> write_each(const live_map& to, bytes keys, bytes values, std::size_t count) {
  const std::size_t key_size = to.description.key_size, value_size = to.description.value_size;
  for (std::size_t i = 0; i < count; ++i)
    if (auto put = update_element(to.descriptor.get(), keys.data() + i * key_size, values.data() + i * value_size); !put)
      return failed(to, put.error().system_error, "updating an element", i);
  return {};
}

result<std::size_t> erase_each(const live_map& from, bytes keys, std::size_t count) {
  std::size_t gone = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto erased = delete_element(from.descriptor.get(), keys.data() + i * from.description.key_size);
    if (erased) ++gone;
    else if (erased.error().system_error != ENOENT) return failed(from, erased.error().system_error, "deleting an element", i);
  }
  return gone;
}

/// Reads many elements at a time, and continues after those that were read before. If keys are deleted during a call, the
/// kernel may interrupt it (EINTR); then the reader continues from there.
class batch_reader {
 public:
  explicit batch_reader(const live_map& from)
      : from_(from), position_(std::max<std::size_t>(from.description.key_size, sizeof(std::uint32_t))) {
    make_room(256);
  }

  /// Calls `take` with the next elements. False after the last. Error: call_failed, as the kernel returned it.
  result<bool> take_some(const element_function& take) {
    for (unsigned attempt = 0;; ++attempt) {
      abi::map_batch what = next_batch();
      const auto read = lookup_elements(what);
      const std::uint16_t number = read ? 0 : read.error().system_error;
      const bool is_stuck = number == EINTR && what.count == 0;
      if (number == ENOSPC) make_room(room_ * 2);  // one bucket of a hash table has more elements; nothing was read
      if (number == ENOSPC || (is_stuck && attempt < most_attempts)) continue;
      if (is_stuck || (number != 0 && number != ENOENT && number != EINTR)) return failure(read.error());
      begun_ = true;
      hand_on(take, what.count);
      return number != ENOENT;
    }
  }

 private:
  abi::map_batch next_batch() {
    abi::map_batch what = batch_of(from_, keys_.data(), values_.data(), room_);
    what.in_batch = begun_ ? abi::address(position_.data()) : 0;
    what.out_batch = abi::address(position_.data());
    return what;
  }

  void make_room(std::size_t count) {
    room_ = count;
    keys_.resize(count * from_.description.key_size);
    values_.resize(count * from_.description.value_size);
  }

  void hand_on(const element_function& take, std::size_t count) const {
    const std::size_t key = from_.description.key_size, value = from_.description.value_size;
    for (std::size_t i = 0; i < count; ++i) take(bytes(keys_).subspan(i * key, key), bytes(values_).subspan(i * value, value));
  }

  static constexpr unsigned most_attempts = 100;

  const live_map& from_;
  std::vector<std::byte> position_, keys_, values_;
  std::size_t room_ = 0;
  bool begun_ = false;
};

result<void> walk_keys(const live_map& from, const element_function& take) {
  const int map = from.descriptor.get();
  std::vector<std::byte> key(from.description.key_size), next(from.description.key_size), value(from.description.value_size);
  const std::byte* after = nullptr;
  // If the current key is deleted, the kernel starts the walk again. So the walk ends after as many keys as the map can have.
  for (std::uint32_t taken = 0; taken < from.description.entries; ++taken) {
    if (auto step = next_key(map, after, next.data()); !step) {
      if (step.error().system_error == ENOENT) return {};
      return failed(from, step.error().system_error);
    }
    key = next;
    after = key.data();
    const auto read = lookup_element(map, key.data(), value.data());
    if (read) take(key, value);
    else if (read.error().system_error != ENOENT) return failed(from, read.error().system_error);
  }
  return {};
}

}  // namespace

bool is_per_cpu(map_type type) {
  return type == map_type::percpu_array || type == map_type::percpu_hash || type == map_type::lru_percpu_hash;
}

result<std::vector<std::byte>> read_element(const live_map& from, const void* key) {
  const std::size_t one = from.description.value_size;
  std::vector<std::byte> all(is_per_cpu(from.description.type) ? (one + 7) / 8 * 8 * possible_cpus() : one);
  if (auto read = lookup_element(from.descriptor.get(), key, all.data()); !read)
    return failed(from, read.error().system_error, "reading an element");
  return all;
}

result<void> write_element(const live_map& to, const void* key, const void* value) {
  if (auto put = update_element(to.descriptor.get(), key, value); !put)
    return failed(to, put.error().system_error, "updating an element");
  return {};
}

result<void> write_elements(const live_map& to, bytes keys, bytes values) {
  const auto count = count_keys(to, keys);
  if (!count || values.size() != *count * to.description.value_size || is_per_cpu(to.description.type))
    return failed(to, EINVAL, "updating elements");
  if (*count == 0) return {};
  abi::map_batch all = batch_of(to, keys.data(), values.data(), *count);
  const auto put = update_elements(all);
  if (put) return {};
  if (put.error().system_error == not_supported) return write_each(to, keys, values, *count);
  return failed(to, put.error().system_error, "updating an element", all.count);
}

result<std::size_t> erase_elements(const live_map& from, bytes keys) {
  const auto count = count_keys(from, keys);
  if (!count) return failed(from, EINVAL, "deleting elements");
  std::size_t gone = 0;
  for (std::size_t done = 0; done < *count;) {
    abi::map_batch rest = batch_of(from, keys.data() + done * from.description.key_size, nullptr, *count - done);
    const auto erased = delete_elements(rest);
    if (erased) return gone + *count - done;
    const std::uint16_t number = erased.error().system_error;
    if (number == not_supported) return erase_each(from, keys, *count);
    if (number != ENOENT) return failed(from, number, "deleting an element", done + rest.count);
    gone += rest.count;
    done += rest.count + 1;  // continue after the key that was not there
  }
  return gone;
}

result<void> for_each_element(const live_map& from, const element_function& take) {
  batch_reader many(from);
  for (;;) {
    const auto more = many.take_some(take);
    if (!more && more.error().system_error == not_supported) return walk_keys(from, take);
    if (!more) return failed(from, more.error().system_error);
    if (!*more) return {};
  }
}

}  // namespace lsmith::loader
