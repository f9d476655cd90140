#include "surrogate/samples.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "surrogate/layers.hpp"

namespace sluice::surrogate {

namespace {

/// The blocks of one sample's layout with an axis of slots in front.
grid::LayoutPtr with_slots(const grid::Layout& layout, std::int64_t slots) {
  const int d = layout.dimensions();
  if (d > 2)
    throw base::AgreedError(fmt::format("samples of grids of {} axes cannot be kept; 1 or 2 are allowed", d));
  grid::LayoutSpec spec{.dimensions = d + 1};
  std::array<std::vector<Index>, 3> splits;
  spec.global[0] = slots;
  splits[0] = {0, slots};
  for (int axis = 0; axis < d; ++axis) {
    spec.global[static_cast<std::size_t>(axis) + 1] = layout.global()[static_cast<std::size_t>(axis)];
    splits[static_cast<std::size_t>(axis) + 1] = layout.splits(axis);
  }
  return grid::Layout::from_splits(layout.communicator(), spec, splits);
}

}  // namespace

void HeldOut::declare(base::Parameters& p) {
  p.integer("block", block,
            {.help = "consecutive samples that belong together: held out all or none", .minimum = 1});
  p.integer("every", every,
            {.help = "the last of so many blocks is never trained on; 0: none is", .minimum = 0});
}

Samples::Samples(const grid::LayoutPtr& layout, const std::vector<Channel>& inputs,
                 const std::vector<Channel>& outputs, std::int64_t slots)
    : numbers(static_cast<std::size_t>(slots), -1), layout_(layout), inputs_(inputs.size()) {
  const grid::LayoutPtr many = with_slots(*layout, slots);
  const auto add = [&](const char* kind, const Channel& channel) {
    fields.emplace_back(grid::FieldInfo{.name = fmt::format("{}_{}_{}", kind, fields.size(), channel.field),
                                        .unit = channel.unit,
                                        .long_name = "samples"},
                        many);
  };
  for (const Channel& channel : inputs) add("input", channel);
  for (const Channel& channel : outputs) add("output", channel);
  for (const Index3& numbers_of_rank : {layout->offset(), layout->count()})
    for (const Index value : numbers_of_rank) {
      const auto all = layout->communicator().gather_all(static_cast<std::int64_t>(value));
      blocks_.insert(blocks_.end(), all.begin(), all.end());
    }
}

template <class Visit>
void Samples::each_row(std::size_t channel, std::int64_t slot, Visit visit) const {
  if (layout_->owned_size() == 0) return;
  const grid::Layout& layout = fields[channel].layout();
  const bool flat = layout_->dimensions() == 1;
  const Index rows = flat ? 1 : layout_->count()[0];
  const Index length = layout_->count()[flat ? 0 : 1];
  for (Index i = 0; i < rows; ++i)
    visit(flat ? layout.position(slot) : layout.position(slot, i), i * length, length);
}

void Samples::store(std::span<const ChannelView> views, std::int64_t slot, std::int64_t number) {
  numbers[static_cast<std::size_t>(slot)] = number;
  for (std::size_t c = 0; c < fields.size(); ++c) {
    std::vector<Index> from;
    for_each_row(*views[c].layout, [&](Index position, Index, Index) { from.push_back(position); });
    std::size_t row = 0;
    each_row(c, slot, [&](Index position, Index, Index length) {
      const double* in = views[c].data + from[row++] * views[c].stride;
      for (Index n = 0; n < length; ++n) fields[c].data()[position + n] = in[n * views[c].stride];
    });
  }
}

void Samples::offer(std::span<const ChannelView> views, const base::RandomKey& key) {
  const std::int64_t number = seen++;
  auto slot = number;
  const auto slots = static_cast<std::int64_t>(numbers.size());
  if (number >= slots)
    slot = static_cast<std::int64_t>(base::random_uniform(key, static_cast<std::uint64_t>(number), 0) *
                                     static_cast<double>(number + 1));
  if (slot < slots) store(views, slot, number);
}

void Samples::append(const Samples& other, std::span<const std::int64_t> numbers_of_other) {
  for (std::size_t n = 0; n < numbers_of_other.size(); ++n) {
    const auto free = std::ranges::find(numbers, -1);
    if (free == numbers.end()) throw base::Error("no free slot for a sample");
    const auto from = static_cast<std::int64_t>(n), to = free - numbers.begin();
    *free = numbers_of_other[n];
    ++seen;
    for (std::size_t c = 0; c < fields.size(); ++c) {
      std::vector<const double*> rows;
      other.each_row(
          c, from, [&](Index position, Index, Index) { rows.push_back(other.fields[c].data() + position); });
      std::size_t row = 0;
      each_row(c, to, [&](Index position, Index, Index length) {
        std::copy_n(rows[row++], length, fields[c].data() + position);
      });
    }
  }
}

std::int64_t Samples::filled() const {
  return std::ranges::count_if(numbers, [](std::int64_t number) { return number >= 0; });
}

std::vector<std::int64_t> Samples::slots(const HeldOut& rule, bool held_out) const {
  std::vector<std::int64_t> list;
  for (std::size_t slot = 0; slot < numbers.size(); ++slot) {
    if (numbers[slot] < 0) continue;
    const bool held = rule.every > 0 && numbers[slot] / rule.block % rule.every == rule.every - 1;
    if (held == held_out) list.push_back(static_cast<std::int64_t>(slot));
  }
  return list;
}

std::vector<double> Samples::own_cells(std::span<const std::int64_t> slots) const {
  const Index cells = layout_->owned_size();
  std::vector<double> values(slots.size() * fields.size() * static_cast<std::size_t>(cells));
  double* block = values.data();
  for (const std::int64_t slot : slots)
    for (std::size_t c = 0; c < fields.size(); ++c, block += cells)
      each_row(c, slot, [&](Index position, Index first, Index length) {
        std::copy_n(fields[c].data() + position, length, block + first);
      });
  return values;
}

std::vector<double> Samples::whole(std::span<const std::int64_t> slots) const {
  const base::Communicator& communicator = layout_->communicator();
  const auto ranks = static_cast<std::size_t>(communicator.size());
  const auto block = [&](std::size_t rank, std::size_t what) { return blocks_[what * ranks + rank]; };
  const auto cells_of = [&](std::size_t rank) { return block(rank, 3) * block(rank, 4) * block(rank, 5); };
  const auto samples_of = [&](std::size_t rank) { return (slots.size() + ranks - 1 - rank) / ranks; };
  std::vector<int> send, send_at, receive, receive_at;
  int sent = 0, received = 0;
  std::vector<double> out;
  const std::size_t mine = samples_of(static_cast<std::size_t>(communicator.rank())),
                    channels = fields.size();
  for (std::size_t rank = 0; rank < ranks; ++rank) {
    std::vector<std::int64_t> theirs;
    for (std::size_t n = rank; n < slots.size(); n += ranks) theirs.push_back(slots[n]);
    const std::vector<double> part = own_cells(theirs);
    out.insert(out.end(), part.begin(), part.end());
    send.push_back(static_cast<int>(part.size()));
    send_at.push_back(sent);
    sent += send.back();
    receive.push_back(static_cast<int>(mine * channels * static_cast<std::size_t>(cells_of(rank))));
    receive_at.push_back(received);
    received += receive.back();
  }
  std::vector<double> in(static_cast<std::size_t>(received));
  MPI_Alltoallv(out.data(), send.data(), send_at.data(), MPI_DOUBLE, in.data(), receive.data(),
                receive_at.data(), MPI_DOUBLE, communicator.handle());
  const bool flat = layout_->dimensions() == 1;
  const Index columns = layout_->global()[flat ? 0 : 1], points = layout_->global_size();
  std::vector<double> values(mine * channels * static_cast<std::size_t>(points));
  const double* from = in.data();
  for (std::size_t rank = 0; rank < ranks; ++rank) {
    const Index rows = flat ? (cells_of(rank) > 0 ? 1 : 0) : block(rank, 3),
                length = block(rank, flat ? 3 : 4);
    const Index first = flat ? block(rank, 0) : block(rank, 0) * columns + block(rank, 1);
    for (std::size_t plane = 0; plane < mine * channels; ++plane)
      for (Index i = 0; i < rows && length > 0; ++i, from += length)
        std::copy_n(from, length, values.data() + static_cast<Index>(plane) * points + first + i * columns);
  }
  return values;
}

}  // namespace sluice::surrogate
