// Checksums that do not depend on how an array is spread over ranks.
#include <bit>
#include <cstring>

#include "run/field_runs.hpp"
#include "run/hdf5.hpp"

namespace sluice::run {

namespace {

/// Value and place to 64 well mixed bits: the finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014). It
/// is one-to-one in `bits`, so that any change of one value changes the sum.
constexpr std::uint64_t mix(std::uint64_t place, std::uint64_t bits) {
  std::uint64_t z = bits + (place + 1) * 0x9e3779b97f4a7c15U;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

}  // namespace

std::uint64_t checksum(const grid::FieldView& field) {
  const grid::Layout& layout = *field.layout;
  std::uint64_t sum = 0;
  for_each_run(layout, 0, layout.count()[0], [&](grid::Index position, grid::Index first, grid::Index cells) {
    const double* values = field.data + position * field.components;
    const auto place = static_cast<std::uint64_t>(first * field.components);
    const auto number = static_cast<std::uint64_t>(cells * field.components);
    for (std::uint64_t n = 0; n < number; ++n) sum += mix(place + n, std::bit_cast<std::uint64_t>(values[n]));
  });
  return layout.communicator().sum_modular(sum);
}

std::uint64_t checksum(std::span<const std::byte> bytes, std::uint64_t first_word) {
  std::uint64_t sum = 0, word = 0, place = first_word;
  std::size_t at = 0;
  for (; at + sizeof word <= bytes.size(); at += sizeof word) {
    std::memcpy(&word, bytes.data() + at, sizeof word);
    sum += mix(place++, word);
  }
  if (at < bytes.size()) {
    word = 0;
    std::memcpy(&word, bytes.data() + at, bytes.size() - at);
    sum += mix(place, word);
  }
  return sum;
}

std::uint64_t checksum(std::span<const std::byte> bytes) {
  return checksum(bytes, 0) + mix(bytes.size(), ~bytes.size());
}

}  // namespace sluice::run
