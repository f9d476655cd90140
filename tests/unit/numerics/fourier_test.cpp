#include "numerics/spectral/fourier.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/error.hpp"
#include "unit/numerics/spectral_support.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;
using numerics::FourierSpec;
using numerics::FourierTransform;
using numerics::Planning;

template <class T>
grid::Field<T> field_in_space(const FourierTransform& transform) {
  return {{"f", "1", "test field"}, transform.physical()};
}
grid::ComplexField field_of_modes(const FourierTransform& transform) {
  return {{"F", "1", "modes of the test field"}, transform.spectral()};
}

TEST(Fourier, IsTheTransformByItsDefinition) {
  const auto world = base::Communicator::world();
  for_each_spec([&]<class T>(const FourierSpec& spec, T) {
    FourierTransform transform(world, spec);
    auto in = field_in_space<T>(transform);
    auto out = field_of_modes(transform);
    fill_noise(in);
    transform.forward(in, out);
    const auto expected = direct_transform(whole_box(spec.points, spec.real), spec.points);
    double error = 0;
    for_each(*transform.spectral(), [&](Index i, Index j, Index k, const Index3& at) {
      const auto& mode = expected[static_cast<std::size_t>(flat(axis_index(transform, at), spec.points))];
      error = std::max(error, std::abs(out.view()(i, j, k) - mode));
    });
    EXPECT_LT(error, 1e-14 * static_cast<double>(transform.total_points()) + 1e-12);
  });
}

TEST(Fourier, ForwardThenInverseIsPointsTimesTheFieldAndForwardKeepsItsInput) {
  const auto world = base::Communicator::world();
  for_each_spec([&]<class T>(const FourierSpec& spec, T) {
    FourierTransform transform(world, spec);
    auto in = field_in_space<T>(transform), reference = field_in_space<T>(transform),
         back = field_in_space<T>(transform);
    auto modes = field_of_modes(transform);
    fill_noise(in);
    fill_noise(reference);
    transform.forward(in, modes);
    transform.inverse(modes, back);
    double error = 0;
    bool kept = true;
    for_each(*transform.physical(), [&](Index i, Index j, Index k, const Index3&) {
      error = std::max(error, std::abs(back.view()(i, j, k) / static_cast<double>(transform.total_points()) -
                                       reference.view()(i, j, k)));
      kept = kept && in.view()(i, j, k) == reference.view()(i, j, k);
    });
    EXPECT_LT(error, 1e-14);
    EXPECT_TRUE(kept);
  });
}

TEST(Fourier, LayoutsCoverTheBoxOnceAndAgreeWithTheOnesWithoutPlans) {
  const auto world = base::Communicator::world();
  for_each_spec([&]<class T>(const FourierSpec& spec, T) {
    FourierTransform transform(world, spec);
    const auto layouts = FourierTransform::layouts(world, spec);
    EXPECT_TRUE(layouts.physical->same_decomposition(*transform.physical()));
    EXPECT_TRUE(layouts.spectral->same_decomposition(*transform.spectral()));
    EXPECT_EQ(world.sum(static_cast<std::int64_t>(transform.physical()->owned_size())),
              transform.total_points());
    double modes = 0;
    for_each(*transform.spectral(),
             [&](Index i, Index j, Index k, const Index3&) { modes += transform.multiplicity(i, j, k); });
    EXPECT_EQ(world.sum(modes), static_cast<double>(transform.total_points()));
  });
}

TEST(Fourier, WavenumbersAreSignedAndBelongToTheAxis) {
  const auto world = base::Communicator::world();
  for_each_spec([&]<class T>(const FourierSpec& spec, T) {
    FourierTransform transform(world, spec);
    for_each(*transform.spectral(), [&](Index i, Index j, Index k, const Index3& at) {
      const Index3 local{i, j, k}, place = axis_index(transform, at);
      for (int d = 0; d < 3; ++d) {
        const auto dimension = static_cast<std::size_t>(d),
                   axis = static_cast<std::size_t>(transform.axis_of_dimension(d));
        const Index n = spec.points[axis];
        const Index signed_mode = 2 * place[axis] < n ? place[axis] : place[axis] - n;
        ASSERT_EQ(transform.modes(d)[static_cast<std::size_t>(local[dimension])], signed_mode);
        ASSERT_DOUBLE_EQ(transform.wavenumbers(d)[static_cast<std::size_t>(local[dimension])],
                         2 * std::numbers::pi * static_cast<double>(signed_mode) / spec.length[axis]);
      }
    });
  });
}

TEST(Fourier, InPlaceOnOneRankGivesTheSame) {
  FourierSpec spec = spec_of({2, {12, 10, 1}}, false);
  FourierTransform transform(base::Communicator::self(), spec);
  ASSERT_TRUE(transform.in_place());
  auto modes = field_of_modes(transform);
  auto out = field_in_space<Complex>(transform);
  fill_noise(modes);
  auto again = field_of_modes(transform);
  fill_noise(again);
  transform.inverse(modes, out);
  transform.inverse(again);
  double difference = 0;
  for (std::size_t i = 0; i < out.span().size(); ++i)
    difference = std::max(difference, std::abs(out.span()[i] - again.span()[i]));
  EXPECT_LT(difference, 1e-13);
  EXPECT_EQ(FourierTransform(base::Communicator::world(), spec).in_place(),
            base::Communicator::world().size() == 1);
}

/// The bits of a forward transform of noise.
template <class T>
std::vector<Complex> transformed(FourierTransform& transform) {
  auto in = field_in_space<T>(transform);
  auto out = field_of_modes(transform);
  fill_noise(in);
  transform.forward(in, out);
  return {out.span().begin(), out.span().end()};
}

TEST(Fourier, MeasuredPlansAreRemadeFromTheirWisdomWithTheSameBits) {
  const auto world = base::Communicator::world();
  for (const bool real : {false, true})
    for (const auto& box : {Box{1, {96, 1, 1}}, Box{2, {20, 18, 1}}}) {
      FourierSpec spec = spec_of(box, real);
      spec.planning = Planning::measured;
      FourierTransform first(world, spec);
      ASSERT_TRUE(first.wisdom().starts_with("measured"))
          << "plans could not be remade from their own wisdom";
      spec.wisdom = first.wisdom();
      FourierTransform second(world, spec);
      EXPECT_EQ(first.wisdom(), second.wisdom());
      if (real)
        EXPECT_EQ(transformed<double>(first), transformed<double>(second));
      else
        EXPECT_EQ(transformed<Complex>(first), transformed<Complex>(second));
      std::string root = first.wisdom();
      world.broadcast(root);
      EXPECT_EQ(root, first.wisdom());
    }
}

TEST(Fourier, MessagesGiveTheBitsOfSharedMemory) {
  const auto world = base::Communicator::world();
  for (const bool real : {false, true})
    for (const auto& box : {Box{2, {20, 18, 1}}, Box{2, {3, 70, 1}}, Box{3, {9, 14, 6}}}) {
      FourierTransform shared(world, spec_of(box, real)),
          sent(world, spec_of(box, real, numerics::Exchange::messages));
      if (real)
        EXPECT_EQ(transformed<double>(shared), transformed<double>(sent));
      else
        EXPECT_EQ(transformed<Complex>(shared), transformed<Complex>(sent));
    }
}

/// Boxes with as many modes along the last axis as the two-thirds rule keeps, one, and all but one.
template <class Check>
void for_each_band(Check check) {
  for (const auto& box : {Box{2, {20, 18, 1}}, Box{2, {3, 71, 1}}, Box{2, {128, 64, 1}}, Box{3, {9, 14, 12}}})
    for (const auto exchange : {numerics::Exchange::shared_memory, numerics::Exchange::messages}) {
      const Index points = box.points[static_cast<std::size_t>(box.dimensions) - 1];
      for (const Index modes : {(points + 2) / 3, Index{1}, points / 2})
        check(spec_of(box, true, exchange), modes);
    }
}

/// The stored modes in the order of the axes, known on every rank; zero where none is stored.
std::vector<Complex> gathered(const FourierTransform& transform, const grid::ComplexField& modes) {
  const auto& n = transform.spec().points;
  std::vector<double> all(static_cast<std::size_t>(2 * n[0] * n[1] * n[2]), 0.0);
  for_each(*transform.spectral(), [&](Index i, Index j, Index k, const Index3& at) {
    const auto place = static_cast<std::size_t>(2 * flat(axis_index(transform, at), n));
    all[place] = modes.view()(i, j, k).real();
    all[place + 1] = modes.view()(i, j, k).imag();
  });
  transform.communicator().sum(std::span(all));
  std::vector<Complex> result;
  for (std::size_t i = 0; i < all.size(); i += 2) result.emplace_back(all[i], all[i + 1]);
  return result;
}

TEST(Fourier, BandHasTheModesOfTheWholeAndNoOthers) {
  const auto world = base::Communicator::world();
  for_each_band([&](FourierSpec spec, Index kept) {
    FourierTransform whole(world, spec);
    spec.last_modes = kept;
    FourierTransform band(world, spec);
    auto values = field_in_space<double>(whole);
    auto all = field_of_modes(whole), some = field_of_modes(band);
    fill_noise(values);
    whole.forward(values, all);
    band.forward(values, some);
    const auto last = static_cast<std::size_t>(spec.dimensions) - 1;
    const auto expected = gathered(whole, all), found = gathered(band, some);
    double error = 0;
    for (std::size_t at = 0; at < expected.size(); ++at) {
      const Index stride = last == 1 ? spec.points[2] : 1;
      const Index mode = static_cast<Index>(at) / stride % spec.points[last];
      error = std::max(error, std::abs(found[at] - (mode < kept ? expected[at] : Complex{})));
    }
    EXPECT_LT(error, 1e-14 * static_cast<double>(whole.total_points()) + 1e-12);
  });
}

TEST(Fourier, BandIsTheWholeWithZerosBeyond) {
  const auto world = base::Communicator::world();
  for_each_band([&](FourierSpec spec, Index kept) {
    FourierTransform whole(world, spec);
    spec.last_modes = kept;
    FourierTransform band(world, spec);
    EXPECT_TRUE(band.physical()->same_decomposition(*whole.physical()));
    const auto fill = [&](const FourierTransform& transform, grid::ComplexField& modes) {
      for_each(*transform.spectral(), [&](Index i, Index j, Index k, const Index3& at) {
        const Index3 place = axis_index(transform, at);
        const Index last = place[static_cast<std::size_t>(spec.dimensions) - 1];
        modes.view()(i, j, k) = last < kept ? noise_value(flat(place, spec.points), false) : Complex{};
      });
    };
    auto all = field_of_modes(whole), some = field_of_modes(band);
    fill(whole, all);
    fill(band, some);
    auto expected = field_in_space<double>(whole), found = field_in_space<double>(band);
    whole.inverse(all, expected);
    band.inverse(some, found);
    double error = 0;
    for_each(*whole.physical(), [&](Index i, Index j, Index k, const Index3&) {
      error = std::max(error, std::abs(found.view()(i, j, k) - expected.view()(i, j, k)));
    });
    EXPECT_LT(error, 1e-14 * static_cast<double>(whole.total_points()) + 1e-12);
  });
}

TEST(Fourier, ConvolvingIsForwardMultiplyInverse) {
  const auto world = base::Communicator::world();
  for_each_spec([&]<class T>(const FourierSpec& spec, T) {
    FourierTransform transform(world, spec);
    EXPECT_EQ(transform.convolves(), !spec.real && spec.dimensions > 1 && world.size() > 1);
    if (!transform.convolves()) return;
    const auto factor = [&](Index plane, Index i) {
      return Complex(0.5 + static_cast<double>(transform.spectral()->offset()[0] + plane),
                     static_cast<double>(i));
    };
    auto in = field_in_space<Complex>(transform), expected = field_in_space<Complex>(transform);
    auto modes = field_of_modes(transform);
    fill_noise(in);
    transform.forward(in, modes);
    const Index planes = transform.spectral()->count()[0],
                size = planes > 0 ? modes.layout().owned_size() / planes : 0;
    for (Index at = 0; at < planes * size; ++at) modes.data()[at] *= factor(at / size, at % size);
    transform.inverse(modes, expected);
    transform.convolve(
        in,
        [&](Index first, Index count, Complex* piece) {
          for (Index at = 0; at < count * size; ++at) piece[at] *= factor(first + at / size, at % size);
        },
        in);
    double difference = 0, largest = 0;
    for (std::size_t i = 0; i < in.span().size(); ++i) {
      difference = std::max(difference, std::abs(in.span()[i] - expected.span()[i]));
      largest = std::max(largest, std::abs(expected.span()[i]));
    }
    EXPECT_LE(difference, 1e-13 * largest);
  });
}

TEST(Fourier, WisdomThatIsNoneOrOfAnotherTransformLeadsToFreshPlans) {
  const auto world = base::Communicator::world();
  FourierSpec spec = spec_of({2, {20, 18, 1}}, false);
  spec.planning = Planning::measured;
  FourierTransform other(world, spec);
  spec.points = {24, 14, 1};
  for (const std::string& text : {other.wisdom(), std::string("measured\nnonsense"), std::string("?")}) {
    spec.wisdom = text;
    FourierTransform transform(world, spec);
    EXPECT_TRUE(transform.wisdom().starts_with("measured"));
    EXPECT_NE(transform.wisdom(), text);
  }
}

}  // namespace
