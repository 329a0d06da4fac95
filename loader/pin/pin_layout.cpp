#include <lsmith/loader/pin/pin_layout.hpp>

#include <lsmith/loader/syscall/calls.hpp>

namespace lsmith::loader {

result<fd> pin_layout::text_map(std::string_view text) {
  constexpr std::uint32_t array = 2;  // BPF_MAP_TYPE_ARRAY
  constexpr std::uint32_t first = 0;
  abi::map_create what{.map_type = array,
                       .key_size = sizeof first,
                       .value_size = text.empty() ? 1 : static_cast<std::uint32_t>(text.size()),
                       .max_entries = 1};
  put_name(what.map_name, description);
  auto made = create_map(what);
  if (!made) return made;
  if (auto put = update_element(made->get(), &first, text.data()); !put) return failure(put.error());
  if (auto frozen = freeze_map(made->get()); !frozen) return failure(frozen.error());
  return made;
}

}  // namespace lsmith::loader
