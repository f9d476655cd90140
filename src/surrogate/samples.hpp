// Samples for training: inputs and what should come out, kept as the solver's fields are decomposed.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "base/random.hpp"
#include "grid/field.hpp"
#include "surrogate/network.hpp"

namespace sluice::surrogate {

/// Which samples are never trained on: whole blocks of consecutive ones (a trajectory each), never neighbours
/// of others.
struct HeldOut {
  std::int64_t block = 8;  ///< Consecutive samples that belong together.
  std::int64_t every = 5;  ///< The last of so many blocks is held out; 0: none.
  void declare(base::Parameters& parameters);
};

/// A fixed number of slots. Layout of a channel's field: [slot][cells], the cells decomposed as the solver's.
class Samples {
 public:
  /// AgreedError for grids of three axes.
  Samples(const grid::LayoutPtr& layout, const std::vector<Channel>& inputs,
          const std::vector<Channel>& outputs, std::int64_t slots);
  /// Algorithm R (J. Vitter, ACM Trans. Math. Softw. 11 (1985) 37): after n samples were offered each is kept
  /// with probability slots/n. The same slots on any number of ranks. `views`: inputs, then outputs.
  void offer(std::span<const ChannelView> views, const base::RandomKey& key);
  /// All samples of another list, with numbers of their own, into the next free slots.
  void append(const Samples& other, std::span<const std::int64_t> numbers_of_other);
  /// Slots of samples that are held out, or of the others.
  [[nodiscard]] std::vector<std::int64_t> slots(const HeldOut& rule, bool held_out) const;
  [[nodiscard]] std::int64_t filled() const;
  [[nodiscard]] std::size_t inputs() const { return inputs_; }
  [[nodiscard]] std::size_t channels() const { return fields.size(); }
  [[nodiscard]] const grid::Layout& layout() const { return *layout_; }  ///< Of one sample.

  /// This rank's cells of these samples: [sample][channel][cell].
  [[nodiscard]] std::vector<double> own_cells(std::span<const std::int64_t> slots) const;
  /// Whole samples, sample n of the list on rank n modulo ranks: [sample][channel][grid]. Collective.
  [[nodiscard]] std::vector<double> whole(std::span<const std::int64_t> slots) const;

  // What a checkpoint keeps.
  std::vector<grid::RealField> fields;  ///< One a channel, inputs first.
  std::vector<std::int64_t> numbers;    ///< Of the sample in each slot; -1: free.
  std::int64_t seen = 0;                ///< Samples offered.

 private:
  void store(std::span<const ChannelView> views, std::int64_t slot, std::int64_t number);
  /// visit(memory of the field, first cell of the sample's block, cells) for the rows of a slot.
  template <class Visit>
  void each_row(std::size_t channel, std::int64_t slot, Visit visit) const;

  grid::LayoutPtr layout_;
  std::size_t inputs_;
  std::vector<std::int64_t> blocks_;  // of every rank: offset and count along each of three axes
};

}  // namespace sluice::surrogate
