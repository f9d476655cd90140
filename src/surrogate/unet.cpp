// U-Net (Ronneberger, Fischer, Brox, MICCAI 2015, arXiv:1505.04597) on a periodic grid. A coarse point
// belongs to the rank that has the first of its two fine points along each axis, so that any split of the
// fine grid does; a rank may own nothing on a coarse grid and still need some of it. Before each pair of
// convolutions every rank gets the window that it needs. A point sees the same numbers in the same order on
// any number of ranks: the results are the same bits.
#include <fmt/format.h>

#include "surrogate/convolution.hpp"
#include "surrogate/latent_spectral.hpp"
#include "surrogate/window_exchange.hpp"

namespace sluice::surrogate {

namespace {

using grid::Range;

Range grown(const Range& range, Index by) {
  return range.size() == 0 ? range : Range{range.begin - by, range.end + by};
}

/// The coarse points that cover these; of negative ones too.
Range covering(const Range& fine) {
  return fine.size() == 0 ? Range{} : Range{fine.begin >> 1, (fine.end + 1) >> 1};
}

/// What the ranks own of one level, the axes in use last.
struct Level {
  std::array<std::vector<Index>, 3> splits;
  std::array<int, 3> coordinate{};
  std::array<bool, 3> used{};

  [[nodiscard]] Range owned(std::size_t axis, int part) const {
    const auto at = static_cast<std::size_t>(part);
    return {splits[axis][at], splits[axis][at + 1]};
  }
  /// Owned, and the second fine point of the last coarse one.
  [[nodiscard]] Range whole_pairs(std::size_t axis, int part) const {
    const Range range = owned(axis, part);
    return range.size() == 0 || !used[axis] ? range : Range{range.begin, (range.end + 1) / 2 * 2};
  }
  /// Points of this rank's range(axis, part).
  template <class Of>
  [[nodiscard]] Index3 extents(Of range) const {
    Index3 size{};
    for (std::size_t a = 0; a < 3; ++a) size[a] = range(a, coordinate[a]).size();
    return size;
  }
  /// Who owns is read off this level, who wants what is given.
  template <class Of>
  [[nodiscard]] WindowExchange exchange(const grid::Layout& layout, Of wanted) const {
    std::array<AxisParts, 3> axes;
    for (std::size_t a = 0; a < 3; ++a) {
      axes[a] = {.splits = splits[a], .wanted = {}, .own = coordinate[a]};
      for (int p = 0; p + 1 < static_cast<int>(splits[a].size()); ++p) axes[a].wanted.push_back(wanted(a, p));
    }
    return {layout, axes};
  }
  [[nodiscard]] Level coarser() const {
    Level coarse = *this;
    for (std::size_t a = 0; a < 3; ++a)
      if (used[a])
        for (Index& split : coarse.splits[a]) split = (split + 1) / 2;
    return coarse;
  }
};

Level finest(const grid::Layout& layout) {
  Level level;
  for (std::size_t a = 0; a < 3; ++a) {
    const int d = static_cast<int>(a) - (3 - layout.dimensions());
    level.used[a] = d >= 0;
    level.splits[a] = d >= 0 ? layout.splits(d) : std::vector<Index>{0, 1};
    level.coordinate[a] = d >= 0 ? layout.process_coordinate()[static_cast<std::size_t>(d)] : 0;
  }
  return level;
}

template <class Real>
Real* room(std::vector<Real>& buffer, Index size) {
  if (buffer.size() < static_cast<std::size_t>(size)) buffer.resize(static_cast<std::size_t>(size));
  return buffer.data();
}

/// Two convolutions from a window to what is wanted of it.
template <class Real>
struct Pair {
  Convolution<Real> first, second;
  Index3 window{}, between{}, result{};
  Activation activation = Activation::gelu;

  void operator()(const Real* x, std::vector<Real>& scratch, std::vector<Real>& y) const {
    Real* middle = room(scratch, first.out * volume(between));
    first(x, window, middle, between);
    activate(activation, middle, first.out * volume(between));
    Real* to = room(y, second.out * volume(result));
    second(middle, between, to, result);
    activate(activation, to, second.out * volume(result));
  }
};

template <class Real>
class UNet : public Network {
 public:
  UNet(const Weights& weights, const grid::LayoutPtr& layout)
      : inputs_(weights.inputs),
        outputs_(weights.outputs),
        idle_(layout->owned_size() == 0),
        project_(make_dense<Real>(weights, "project")) {
    const auto bottom = static_cast<std::size_t>(weights.architecture.levels);
    levels_.push_back(finest(*layout));
    if (idle_) levels_.front().coordinate = {-1, -1, -1};
    for (std::size_t l = 0; l < bottom; ++l) levels_.push_back(levels_.back().coarser());
    for (std::size_t l = 0; l <= bottom; ++l) add_down(weights, *layout, l, l == bottom);
    if (weights.architecture.kind == "latent_spectral")
      for (std::size_t l = 0; l <= bottom; ++l)
        latent_.emplace_back(weights, fmt::format("latent.{}", l), layout->communicator(), part(l));
    for (std::size_t l = 0; l < bottom; ++l) add_up(weights, *layout, l);
    skips_.resize(bottom);
  }

  void evaluate(std::span<const ChannelView> inputs, std::span<grid::RealField> outputs) override {
    if (idle_) {  // the others need it for their sums
      for (LatentSpectral<Real>& block : latent_) block(nullptr);
      return;
    }
    const Index cells = volume(down_.front().owned);
    const auto most = static_cast<Index>(std::max(inputs_.size(), outputs_.size()));
    gather(inputs, inputs_, room(x_, most * cells), cells);
    for (std::size_t l = 0; l < skips_.size(); ++l) {
      go_down(l, skips_[l]);
      average(l);
      if (!latent_.empty()) latent_[l](skips_[l].data());  // on the way across, not on that down
    }
    go_down(skips_.size(), x_);
    if (!latent_.empty()) latent_.back()(x_.data());
    for (std::size_t l = skips_.size(); l-- > 0;) go_up(l);
    Real* y = room(window_, most * cells);
    project_(x_.data(), cells, y, cells, cells);
    scatter(y, cells, outputs_, outputs);
  }

 private:
  struct Down {
    WindowExchange exchange;
    Pair<Real> pair;
    Index3 owned{};
  };
  struct Up {
    WindowExchange skip, below;
    Pair<Real> pair;
    Index3 first_below{};  ///< Of the window's first point: its place among those from below, in fine points.
  };

  template <class Of>
  Pair<Real> make_pair(const Weights& weights, const std::string& name, const Level& level, Of range) const {
    const int dimensions = static_cast<int>(std::ranges::count(level.used, true));
    const auto extents = [&](Index halves) {
      return idle_ ? Index3{} : level.extents([&](std::size_t a, int p) {
        return grown(range(a, p), level.used[a] ? halves * (weights.architecture.kernel - 1) / 2 : 0);
      });
    };
    return {.first = make_convolution<Real>(weights, name + ".0", dimensions),
            .second = make_convolution<Real>(weights, name + ".1", dimensions),
            .window = extents(2),
            .between = extents(1),
            .result = extents(0),
            .activation = activation_of(weights.architecture.activation)};
  }

  void add_down(const Weights& weights, const grid::Layout& layout, std::size_t l, bool bottom) {
    const Level& level = levels_[l];
    const Index both = weights.architecture.kernel - 1;
    const auto owned = [&](std::size_t a, int p) { return level.owned(a, p); };
    const auto range = [&](std::size_t a, int p) { return bottom ? owned(a, p) : level.whole_pairs(a, p); };
    const auto window = [&](std::size_t a, int p) { return grown(range(a, p), level.used[a] ? both : 0); };
    down_.push_back({.exchange = level.exchange(layout, window),
                     .pair = make_pair(weights, fmt::format("down.{}", l), level, range),
                     .owned = idle_ ? Index3{} : level.extents(owned)});
  }

  void add_up(const Weights& weights, const grid::Layout& layout, std::size_t l) {
    const Level &level = levels_[l], &coarse = levels_[l + 1];
    const Index both = weights.architecture.kernel - 1;
    const auto owned = [&](std::size_t a, int p) { return level.owned(a, p); };
    const auto window = [&](std::size_t a, int p) { return grown(owned(a, p), level.used[a] ? both : 0); };
    const auto below = [&](std::size_t a, int p) {
      return level.used[a] ? covering(window(a, p)) : window(a, p);
    };
    up_.push_back({.skip = level.exchange(layout, window),
                   .below = coarse.exchange(layout, below),
                   .pair = make_pair(weights, fmt::format("up.{}", l), level, owned)});
    for (std::size_t a = 0; a < 3 && !idle_; ++a)
      if (level.used[a]) up_.back().first_below[a] = window(a, level.coordinate[a]).begin & 1;
  }

  /// Of the channels of level l.
  [[nodiscard]] LevelPart part(std::size_t l) const {
    const Level& level = levels_[l];
    LevelPart part{
        .extents = down_[l].pair.result, .owned = down_[l].owned, .used = level.used, .splits = level.splits};
    for (std::size_t a = 0; a < 3; ++a) {
      part.points[a] = level.splits[a].back();
      if (!idle_) part.begin[a] = level.owned(a, level.coordinate[a]).begin;
    }
    return part;
  }

  /// From what is owned of a level, in x_, to its channels.
  void go_down(std::size_t l, std::vector<Real>& y) {
    Down& down = down_[l];
    const Index channels = down.pair.first.in;
    Real* window = room(window_, channels * volume(down.pair.window));
    down.exchange(x_.data(), down.owned, channels, window);
    down.pair(window, middle_, y);
  }

  /// From the channels of level l to what is owned of the next one, in x_.
  void average(std::size_t l) {
    const Index3 from = down_[l].pair.result, to = down_[l + 1].owned;
    const Index channels = down_[l].pair.second.out;
    Index3 first{}, two{1, 1, 1};
    for (std::size_t a = 0; a < 3; ++a)
      if (levels_[l].used[a]) {
        two[a] = 2;
        first[a] = levels_[l].owned(a, levels_[l].coordinate[a]).begin & 1;
      }
    const Real factor = Real(1) / static_cast<Real>(volume(two));
    Real* row = room(x_, channels * volume(to));
    for (Index c = 0; c < channels; ++c)
      for (Index i = 0; i < to[0]; ++i)
        for (Index j = 0; j < to[1]; ++j, row += to[2]) {
          std::fill_n(row, to[2], Real(0));
          for (Index a = 0; a < two[0]; ++a)
            for (Index b = 0; b < two[1]; ++b) {
              const Real* fine =
                  skips_[l].data() + first[2] +
                  ((c * from[0] + first[0] + two[0] * i + a) * from[1] + first[1] + two[1] * j + b) * from[2];
              for (Index k = 0; k < to[2]; ++k) row[k] += fine[2 * k] + fine[2 * k + 1];
            }
          for (Index k = 0; k < to[2]; ++k) row[k] *= factor;
        }
  }

  /// From what is owned of level l + 1, in x_, to what is owned of level l.
  void go_up(std::size_t l) {
    Up& up = up_[l];
    const Index own = down_[l].pair.second.out, others = up.pair.first.in - own;
    const Index3 window = up.pair.window, coarse = up.below.window();
    Real* both = room(window_, up.pair.first.in * volume(window));
    Real* below = room(below_, others * volume(coarse));
    up.skip(skips_[l].data(), down_[l].pair.result, own, both);
    up.below(x_.data(), down_[l + 1].owned, others, below);
    Index3 shift{};
    for (std::size_t a = 0; a < 3; ++a) shift[a] = levels_[l].used[a] ? 1 : 0;
    Real* row = both + own * volume(window);
    for (Index c = 0; c < others; ++c)
      for (Index i = 0; i < window[0]; ++i)
        for (Index j = 0; j < window[1]; ++j, row += window[2]) {
          const Real* from = below + ((c * coarse[0] + ((i + up.first_below[0]) >> shift[0])) * coarse[1] +
                                      ((j + up.first_below[1]) >> shift[1])) *
                                         coarse[2];
          for (Index k = 0; k < window[2]; ++k) row[k] = from[(k + up.first_below[2]) >> 1];
        }
    up.pair(both, middle_, x_);
  }

  std::vector<Channel> inputs_, outputs_;
  bool idle_;
  Dense<Real> project_;
  std::vector<Level> levels_;
  std::vector<Down> down_;
  std::vector<Up> up_;
  std::vector<LatentSpectral<Real>> latent_;  ///< One a level, or none.
  std::vector<std::vector<Real>> skips_;
  std::vector<Real> x_, window_, middle_, below_;
};

}  // namespace

std::unique_ptr<Network> make_unet(const Weights& weights, const grid::LayoutPtr& layout,
                                   Precision precision) {
  check_periodic(*layout, weights.architecture.kind == "unet" ? "a U-Net" : "a Latent Spectral Model");
  if (precision == Precision::single) return std::make_unique<UNet<float>>(weights, layout);
  return std::make_unique<UNet<double>>(weights, layout);
}

}  // namespace sluice::surrogate
