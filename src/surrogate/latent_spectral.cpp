#include "surrogate/latent_spectral.hpp"

#include <cmath>
#include <limits>
#include <numbers>

namespace sluice::surrogate {

namespace {

constexpr double least = -std::numeric_limits<double>::infinity();

/// Whether a split lies inside each of the patches along one axis.
std::vector<bool> cut_along(const std::vector<Index>& splits, Index points, Index edge) {
  std::vector<bool> cut(static_cast<std::size_t>(points / edge), false);
  for (const Index split : splits)
    if (split % edge != 0) cut[static_cast<std::size_t>(split / edge)] = true;
  return cut;
}

template <class Visit>
void for_each(const Index3& from, const Index3& to, Visit visit) {
  for (Index i = from[0]; i < to[0]; ++i)
    for (Index j = from[1]; j < to[1]; ++j)
      for (Index k = from[2]; k < to[2]; ++k) visit(Index3{i, j, k});
}

}  // namespace

Patches make_patches(const LevelPart& part, Index edge) {
  Patches patches;
  Index3 size{1, 1, 1}, all{1, 1, 1}, first{}, end{};
  std::array<std::vector<bool>, 3> cut{std::vector{false}, std::vector{false}, std::vector{false}};
  const bool any = part.owned[0] * part.owned[1] * part.owned[2] > 0;
  for (std::size_t a = 0; a < 3; ++a) {
    if (part.used[a]) {
      size[a] = edge == 0 ? part.points[a] : edge;
      cut[a] = cut_along(part.splits[a], part.points[a], size[a]);
    }
    all[a] = part.points[a] / size[a];
    if (!any) continue;
    first[a] = part.begin[a] / size[a];
    end[a] = (part.begin[a] + part.owned[a] - 1) / size[a] + 1;
  }
  const auto number_of = [&](const Index3& p) {
    return static_cast<std::size_t>(
        ((p[0] - first[0]) * (end[1] - first[1]) + p[1] - first[1]) * (end[2] - first[2]) + p[2] - first[2]);
  };
  for_each({}, all, [&](const Index3& p) {
    bool shared = false, mine = true;
    for (std::size_t a = 0; a < 3; ++a) {
      shared = shared || cut[a][static_cast<std::size_t>(p[a])];
      mine = mine && first[a] <= p[a] && p[a] < end[a];
    }
    if (mine) ++patches.number;
    if (shared && mine) patches.cut.emplace_back(number_of(p), patches.shared);
    if (shared) ++patches.shared;
  });
  for_each({}, part.owned, [&](const Index3& i) {
    Index3 patch{};
    for (std::size_t a = 0; a < 3; ++a) patch[a] = (part.begin[a] + i[a]) / size[a];
    patches.point_of.emplace_back((i[0] * part.extents[1] + i[1]) * part.extents[2] + i[2], number_of(patch));
  });
  return patches;
}

template <class Real>
LatentSpectral<Real>::LatentSpectral(const Weights& weights, const std::string& name,
                                     const base::Communicator& communicator, const LevelPart& part)
    : communicator_(communicator),
      channels_(static_cast<std::size_t>(weights.tensor(name + ".tokens").shape[1])),
      tokens_(static_cast<std::size_t>(weights.tensor(name + ".tokens").shape[0])),
      heads_(static_cast<std::size_t>(weights.architecture.heads)),
      cells_(static_cast<std::size_t>(part.extents[0] * part.extents[1] * part.extents[2])),
      patches_(make_patches(part, weights.architecture.patch)),
      encode_(make_dense<Real>(weights, name + ".encode")),
      decode_(make_dense<Real>(weights, name + ".decode")),
      start_(weights.tensor(name + ".tokens").values),
      basis_(weights.tensor(name + ".basis").values),
      keys_(2 * channels_ * cells_),
      scores_(tokens_ * heads_ * cells_) {}

template <class Real>
void LatentSpectral<Real>::operator()(Real* x) {
  const auto cells = static_cast<Index>(cells_);
  encode_(x, cells, keys_.data(), cells, cells);
  find_scores();
  sum_up();
  transform();
  decode_(x, cells, keys_.data(), cells, cells);
  attend_to_tokens(x);
}

template <class Real>
template <class Reduce>
void LatentSpectral<Real>::agree(std::vector<double>& values, std::size_t size, double neutral,
                                 Reduce reduce) {
  if (patches_.shared == 0) return;
  shared_.assign(patches_.shared * size, neutral);
  const auto at = [size](std::vector<double>& of, std::size_t n) {
    return of.begin() + static_cast<std::ptrdiff_t>(n * size);
  };
  for (const auto& [mine, number] : patches_.cut) std::copy_n(at(values, mine), size, at(shared_, number));
  reduce(shared_);
  for (const auto& [mine, number] : patches_.cut) std::copy_n(at(shared_, number), size, at(values, mine));
}

/// Scores of all points with all tokens as they start, not divided by the root of the channels, as in the
/// paper's program, and the largest of every patch.
template <class Real>
void LatentSpectral<Real>::find_scores() {
  const std::size_t each = channels_ / heads_, pairs = tokens_ * heads_;
  std::ranges::fill(scores_, Real(0));
  largest_.assign(patches_.number * pairs, least);
  for (std::size_t p = 0; p < pairs; ++p) {
    Real* scores = scores_.data() + p * cells_;
    const std::size_t token = p / heads_, head = p % heads_;
    for (std::size_t c = head * each; c < (head + 1) * each; ++c) {
      const auto q = static_cast<Real>(start_[token * channels_ + c]);
      const Real* key = keys_.data() + c * cells_;
      for (std::size_t n = 0; n < cells_; ++n) scores[n] += q * key[n];
    }
    for (const auto& [n, patch] : patches_.point_of) {
      double& most = largest_[patch * pairs + p];
      most = std::max(most, static_cast<double>(scores[n]));
    }
  }
  agree(largest_, pairs, least, [&](std::vector<double>& values) { communicator_.max(values); });
}

template <class Real>
void LatentSpectral<Real>::sum_up() {
  const std::size_t each = channels_ / heads_, row = channels_ + heads_;
  const Real* values = keys_.data() + channels_ * cells_;
  sums_.assign(patches_.number * tokens_ * row, 0.0);
  for (std::size_t p = 0; p < tokens_ * heads_; ++p)
    for (const auto& [n, patch] : patches_.point_of) {
      const std::size_t token = p / heads_, head = p % heads_;
      const double weight = std::exp(static_cast<double>(scores_[p * cells_ + static_cast<std::size_t>(n)]) -
                                     largest_[patch * tokens_ * heads_ + p]);
      double* sum = sums_.data() + (patch * tokens_ + token) * row;
      for (std::size_t c = head * each; c < (head + 1) * each; ++c)
        sum[c] += weight * static_cast<double>(values[c * cells_ + static_cast<std::size_t>(n)]);
      sum[channels_ + head] += weight;
    }
  agree(sums_, tokens_ * row, 0.0, [&](std::vector<double>& all) { communicator_.sum(all); });
}

/// z + w_0 + sum over i of a_i sin(pi i z / basis) + b_i cos(pi i z / basis), in place of the sums.
template <class Real>
void LatentSpectral<Real>::transform() {
  const std::size_t each = channels_ / heads_, row = channels_ + heads_;
  const std::size_t of_channel = basis_.size() / channels_, waves = (of_channel - 1) / 2;
  const double unit = std::numbers::pi / static_cast<double>(waves + 1);
  for (std::size_t n = 0; n < patches_.number * tokens_; ++n) {
    double* sum = sums_.data() + n * row;
    for (std::size_t c = 0; c < channels_; ++c) {
      const double z = start_[n % tokens_ * channels_ + c] + sum[c] / sum[channels_ + c / each];
      const double* w = basis_.data() + c * of_channel;
      double next = z + w[0];
      for (std::size_t i = 1; i <= waves; ++i) {
        const double angle = unit * static_cast<double>(i) * z;
        next += w[i] * std::sin(angle) + w[waves + i] * std::cos(angle);
      }
      sum[c] = next;
    }
  }
}

template <class Real>
void LatentSpectral<Real>::attend_to_tokens(Real* x) const {
  const std::size_t each = channels_ / heads_, row = channels_ + heads_;
  std::vector<double> weights(tokens_);
  for (const auto& [place, patch] : patches_.point_of)
    for (std::size_t first = 0; first < channels_; first += each) {
      const auto n = static_cast<std::size_t>(place);
      const double* tokens = sums_.data() + patch * tokens_ * row;
      double most = least, total = 0;
      for (std::size_t t = 0; t < tokens_; ++t) {
        weights[t] = 0;
        for (std::size_t c = first; c < first + each; ++c)
          weights[t] += static_cast<double>(keys_[c * cells_ + n]) * tokens[t * row + c];
        most = std::max(most, weights[t]);
      }
      for (double& weight : weights) total += weight = std::exp(weight - most);
      for (std::size_t c = first; c < first + each; ++c) {
        double sum = 0;
        for (std::size_t t = 0; t < tokens_; ++t) sum += weights[t] * tokens[t * row + c];
        x[c * cells_ + n] += static_cast<Real>(sum / total);
      }
    }
}

template class LatentSpectral<float>;
template class LatentSpectral<double>;

}  // namespace sluice::surrogate
