#include "numerics/spectral/fftw_plans.hpp"

#include <fftw3-mpi.h>

#include <algorithm>
#include <vector>

#include "base/error.hpp"

namespace sluice::numerics {
namespace {

using base::Communicator;
using grid::Complex;
using grid::Index;

// What is kept with a run: this word, then FFTW's own text.
const std::string estimated_word = "estimated\n", measured_word = "measured\n";

/// FFTW-MPI registers its algorithms with the planner once; wisdom made before and after does not mix.
void start_fftw() {
  static const bool started = [] {
    fftw_mpi_init();
    return true;
  }();
  (void)started;
}

/// Points along each axis as FFTW counts them; the last axis halved for what a real transform leaves.
std::vector<std::ptrdiff_t> axes(const FourierSpec& spec, bool halved) {
  std::vector<std::ptrdiff_t> n;
  for (int d = 0; d < spec.dimensions; ++d)
    n.push_back(static_cast<std::ptrdiff_t>(spec.points[static_cast<std::size_t>(d)]));
  if (halved) n.back() = n.back() / 2 + 1;
  return n;
}

struct FreeBuffer {
  void operator()(void* memory) const noexcept { grid::free_field_memory(memory); }
};
using Buffer = std::unique_ptr<Complex, FreeBuffer>;

Buffer make_buffer(Index complex_numbers) {
  const auto bytes = sizeof(Complex) * static_cast<std::size_t>(std::max<Index>(complex_numbers, 1));
  return Buffer(static_cast<Complex*>(grid::allocate_field_memory(bytes)));
}

std::string exported_wisdom(const Communicator& communicator) {
  std::string text;
  if (communicator.is_root()) {
    char* exported = fftw_export_wisdom_to_string();
    if (exported) text = exported;
    fftw_free(exported);
  }
  if (communicator.size() > 1) communicator.broadcast(text);
  return text;
}

bool import_wisdom(const Communicator& communicator, const std::string& text) {
  fftw_forget_wisdom();
  const bool good = fftw_import_wisdom_from_string(text.c_str()) != 0;
  return communicator.size() > 1 ? communicator.all(good) : good;
}

}  // namespace

FftwDistribution fftw_distribution(const Communicator& communicator, const FourierSpec& spec) {
  start_fftw();
  FftwDistribution result;
  result.parallel = communicator.size() > 1;
  const auto n = axes(spec, spec.real);
  if (!result.parallel) {
    result.physical_count = spec.points[0];
    result.spectral_count = n[0];
    result.allocation = 1;
    for (const auto count : n) result.allocation *= count;
    return result;
  }
  result.transposed = spec.dimensions > 1;
  if (result.transposed) {
    result.physical_count = SlabTransform::physical_planes(communicator, spec);
    result.spectral_count = SlabTransform::spectral_planes(communicator, spec);
    return result;
  }
  std::ptrdiff_t first_in = 0, count_in = 0, first_out = 0, count_out = 0;
  result.real_as_complex = spec.real;
  result.allocation = fftw_mpi_local_size_1d(spec.points[0], communicator.handle(), FFTW_FORWARD,
                                             FFTW_ESTIMATE, &count_in, &first_in, &count_out, &first_out);
  result.physical_count = count_in;
  result.spectral_count = count_out;
  return result;
}

struct FftwPlans::Plans {
  fftw_plan forward = nullptr, inverse = nullptr, inverse_in_place = nullptr;

  Plans(const FourierSpec& spec, const FftwDistribution& distribution, const Communicator& communicator,
        unsigned effort) {
    const Buffer a = make_buffer(distribution.allocation), b = make_buffer(distribution.allocation);
    if (distribution.parallel)
      plan_parallel(spec, communicator, effort, a.get(), b.get());
    else if (spec.real)
      plan_real(spec, effort, a.get(), b.get());
    else
      plan_complex(spec, effort, a.get(), b.get());
  }
  ~Plans() {
    for (const auto plan : {forward, inverse, inverse_in_place}) fftw_destroy_plan(plan);
  }
  Plans(const Plans&) = delete;
  Plans& operator=(const Plans&) = delete;

 private:
  void plan_complex(const FourierSpec& spec, unsigned effort, Complex* a, Complex* b) {
    const auto n = axes(spec, false);
    const std::vector<int> size(n.begin(), n.end());
    const auto plan = [&](Complex* from, Complex* to, int sign, unsigned flags) {
      return fftw_plan_dft(spec.dimensions, size.data(), as_fftw(from), as_fftw(to), sign, effort | flags);
    };
    forward = plan(a, b, FFTW_FORWARD, FFTW_PRESERVE_INPUT);
    inverse = plan(b, a, FFTW_BACKWARD, FFTW_DESTROY_INPUT);
    inverse_in_place = plan(a, a, FFTW_BACKWARD, FFTW_DESTROY_INPUT);
  }

  /// Rows of the real field are padded, as FFTW-MPI wants them, so that one layout serves any number of
  /// ranks.
  void plan_real(const FourierSpec& spec, unsigned effort, Complex* a, Complex* b) {
    const auto n = axes(spec, false), half = axes(spec, true);
    const std::vector<int> size(n.begin(), n.end()), modes(half.begin(), half.end());
    std::vector<int> padded = size;
    padded.back() = 2 * modes.back();
    auto* field = reinterpret_cast<double*>(a);
    forward = fftw_plan_many_dft_r2c(spec.dimensions, size.data(), 1, field, padded.data(), 1, 0, as_fftw(b),
                                     modes.data(), 1, 0, effort | FFTW_PRESERVE_INPUT);
    inverse = fftw_plan_many_dft_c2r(spec.dimensions, size.data(), 1, as_fftw(b), modes.data(), 1, 0, field,
                                     padded.data(), 1, 0, effort | FFTW_DESTROY_INPUT);
  }

  void plan_parallel(const FourierSpec& spec, const Communicator& communicator, unsigned effort, Complex* a,
                     Complex* b) {
    const auto plan = [&](Complex* from, Complex* to, int sign, unsigned flags) {
      return fftw_mpi_plan_dft_1d(spec.points[0], as_fftw(from), as_fftw(to), communicator.handle(), sign,
                                  effort | flags);
    };
    forward = plan(a, b, FFTW_FORWARD, FFTW_PRESERVE_INPUT);
    inverse = plan(b, a, FFTW_BACKWARD, FFTW_DESTROY_INPUT);
  }
};

bool FftwPlans::make(unsigned effort) {
  if (slabs_) return communicator_.all(slabs_->plan(effort));
  if (band_) return band_->plan(effort);
  plans_.reset();
  plans_ = std::make_unique<Plans>(*spec_, distribution_, communicator_, effort);
  const bool good = plans_->forward && plans_->inverse &&
                    (distribution_.parallel || spec_->real || plans_->inverse_in_place);
  return communicator_.size() > 1 ? communicator_.all(good) : good;
}

/// Timing chooses the plans, so they differ from run to run and from rank to rank. Their wisdom, gathered and
/// given to every rank, makes the same plans again: those are the ones used, from the first run on.
bool FftwPlans::measure() {
  fftw_forget_wisdom();
  if (!make(FFTW_MEASURE)) return false;
  if (communicator_.size() > 1) {
    fftw_mpi_gather_wisdom(communicator_.handle());
    fftw_mpi_broadcast_wisdom(communicator_.handle());
  }
  const std::string text = exported_wisdom(communicator_);
  if (import_wisdom(communicator_, text) && make(FFTW_MEASURE | FFTW_WISDOM_ONLY)) {
    wisdom_ = measured_word + text;
    return true;
  }
  fftw_forget_wisdom();
  wisdom_ = estimated_word;
  return make(FFTW_ESTIMATE);
}

FftwPlans::FftwPlans(const Communicator& communicator, const FourierSpec& spec,
                     const FftwDistribution& distribution)
    : distribution_(distribution), communicator_(communicator), spec_(&spec), real_(spec.real) {
  start_fftw();
  if (distribution.transposed)
    slabs_ = std::make_unique<SlabTransform>(communicator, spec);
  else if (!distribution.parallel && BandTransform::wanted(spec))
    band_ = std::make_unique<BandTransform>(spec);
  bool good = spec.wisdom.starts_with(measured_word) &&
              import_wisdom(communicator_, spec.wisdom.substr(measured_word.size())) &&
              make(FFTW_MEASURE | FFTW_WISDOM_ONLY);
  if (good) {
    wisdom_ = spec.wisdom;
  } else if (spec.planning == Planning::estimated || spec.wisdom == estimated_word) {
    fftw_forget_wisdom();
    wisdom_ = estimated_word;
    good = make(FFTW_ESTIMATE);
  } else {
    good = measure();
  }
  if (!good)
    throw base::InputError("transform: FFTW has no plan for " + std::to_string(spec.points[0]) + " x " +
                           std::to_string(spec.points[1]) + " x " + std::to_string(spec.points[2]) +
                           " points on " + std::to_string(communicator_.size()) +
                           " ranks; allowed are numbers of points that are products of small primes");
  fftw_forget_wisdom();
  spec_ = nullptr;
}

FftwPlans::~FftwPlans() = default;

void FftwPlans::forward(void* physical, Complex* spectral) const {
  if (slabs_) return slabs_->forward(physical, spectral);
  if (band_) return band_->forward(physical, spectral);
  auto* values = static_cast<fftw_complex*>(physical);
  if (distribution_.parallel)
    fftw_mpi_execute_dft(plans_->forward, values, as_fftw(spectral));
  else if (real_)
    fftw_execute_dft_r2c(plans_->forward, static_cast<double*>(physical), as_fftw(spectral));
  else
    fftw_execute_dft(plans_->forward, values, as_fftw(spectral));
}

void FftwPlans::inverse(Complex* spectral, void* physical) const {
  if (slabs_) return slabs_->inverse(spectral, physical);
  if (band_) return band_->inverse(spectral, physical);
  auto* values = static_cast<fftw_complex*>(physical);
  if (distribution_.parallel)
    fftw_mpi_execute_dft(plans_->inverse, as_fftw(spectral), values);
  else if (real_)
    fftw_execute_dft_c2r(plans_->inverse, as_fftw(spectral), static_cast<double*>(physical));
  else
    fftw_execute_dft(plans_->inverse, as_fftw(spectral), values);
}

void FftwPlans::inverse_in_place(Complex* data) const {
  fftw_execute_dft(plans_->inverse_in_place, as_fftw(data), as_fftw(data));
}

void FftwPlans::convolve(Complex* in, const ModeMultiplier& multiply, Complex* out) const {
  slabs_->convolve(in, multiply, out);
}

std::string fftw_version() { return ::fftw_version; }

}  // namespace sluice::numerics
