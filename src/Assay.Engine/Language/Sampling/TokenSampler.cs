using Assay.Engine.Numerics;

namespace Assay.Engine.Language.Sampling;

/// <summary>A token and its log-probability (2.8 of docs/spec/assay-llm-v1.md): of the scores as they are, before any parameter of a request.</summary>
public readonly record struct TokenLogProbability(int Token, float LogProbability);

/// <summary>
/// Chooses tokens: section 3 of docs/spec/assay-llm-v1.md, with the bits of <see cref="ReferenceSampler"/> at every instruction set. Holds memory for one
/// vocabulary and nothing else; one thread at a time.
/// </summary>
/// <remarks>
/// Only tokens less than 21 below the greatest are looked at after the first pass: exp(-21) 2^30 is below 1, so what is further away
/// weighs nothing and comes after them in every order, and no noise lifts it above the greatest.
/// </remarks>
public sealed class TokenSampler
{
    private const float Reach = -21;
    private readonly ISamplingPasses passes;
    private readonly float[] work, z, weights;
    private readonly int[] ids, whole, kept;
    private readonly uint[] keys;

    /// <param name="vocabulary">Scores of a position.</param>
    /// <param name="isa">The instruction set; the best there is, or what ASSAY_ISA says, where null.</param>
    public TokenSampler(int vocabulary, Isa? isa = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(vocabulary);
        Vocabulary = vocabulary;
        passes = (isa ?? Isas.FromEnvironment()) switch
        {
            Isa.Avx512 => new SamplingPasses<Lane16>(),
            Isa.Avx2 => new SamplingPasses<Lane8>(),
            Isa.V128 => new SamplingPasses<Lane4>(),
            _ => new SamplingPasses<Lane1>(),
        };
        var padded = (vocabulary + 31) / 16 * 16;
        (work, z, weights) = (new float[vocabulary], new float[padded], new float[padded]);
        (ids, whole, kept, keys) = (new int[padded], new int[padded], new int[padded], new uint[padded]);
    }

    public int Vocabulary { get; }

    /// <summary>The next token.</summary>
    /// <param name="scores">The scores of a position, one for each token.</param>
    /// <param name="options">Valid ones; see <see cref="SamplerOptions.Validate"/>.</param>
    /// <param name="seed">The request's 32 bytes; not read at temperature 0.</param>
    /// <param name="choice">The number of the choice in the request, from 0.</param>
    /// <param name="position">The number of the generated token in the choice, from 0.</param>
    /// <param name="counts">What was generated before; needed where there are penalties.</param>
    /// <param name="allowed">Bit i % 64 of element i / 64: whether token i is allowed; empty where all are. At least one is.</param>
    public int Pick(
        ReadOnlySpan<float> scores, SamplerOptions options, ReadOnlySpan<byte> seed, int choice, int position,
        TokenCounts? counts = null, ReadOnlySpan<ulong> allowed = default)
    {
        Require(scores);
        passes.Limit(scores, work);
        Adjust(options, counts);
        if (allowed.Length > 0)
            Forbid(allowed);
        var m = passes.Greatest(work);
        if (float.IsNegativeInfinity(m))
            throw new ArgumentException("no token is allowed", nameof(allowed));
        if (options.Temperature == 0)
            return passes.First(work, m);

        var count = passes.Near(work, m, options.Temperature, Reach, ids, z);
        count = Restrict(options, count);
        var key = NoiseKey.Of(seed, choice, position);
        return passes.Best(z, ids, count, key);
    }

    /// <summary>The log-probability of one token, and of the <paramref name="top"/> most probable ones: by descending score, ascending id.</summary>
    public (TokenLogProbability Chosen, TokenLogProbability[] Top) LogProbabilities(ReadOnlySpan<float> scores, int token, int top)
    {
        Require(scores);
        var m = passes.Greatest(scores);
        var log = passes.LogSumExp(scores, m, work);
        var most = MostProbable(scores, top);
        var best = new TokenLogProbability[most.Count];
        for (var i = 0; i < best.Length; i++)
            best[i] = Of(scores, most[i]);
        return (Of(scores, token), best);

        TokenLogProbability Of(ReadOnlySpan<float> scores, int token) => new(token, ScalarMath.Canonical((scores[token] - m) - log));
    }

    private static List<int> MostProbable(ReadOnlySpan<float> scores, int top)
    {
        var best = new List<int>(Math.Min(top, scores.Length) + 1);
        for (var i = 0; i < scores.Length && top > 0; i++)
        {
            if (best.Count == top && !Above(scores[i], scores[best[^1]]))
                continue;
            // A later token goes below its equals.
            var place = best.Count;
            while (place > 0 && Above(scores[i], scores[best[place - 1]]))
                place--;
            best.Insert(place, i);
            if (best.Count > top)
                best.RemoveAt(top);
        }
        return best;

        // NaN is above nothing.
        static bool Above(float x, float y) => x > y || (float.IsNaN(y) && !float.IsNaN(x));
    }

    private void Require(ReadOnlySpan<float> scores)
    {
        if (scores.Length != Vocabulary)
            throw new ArgumentException($"{scores.Length} scores for a vocabulary of {Vocabulary}", nameof(scores));
    }

    // 3.1
    private void Adjust(SamplerOptions options, TokenCounts? counts)
    {
        foreach (var (id, bias) in options.LogitBias)
            work[id] += bias;
        if (options.HasPenalties && counts is not null)
            foreach (var (id, n) in counts.All)
                work[id] -= options.PresencePenalty + (options.FrequencyPenalty * (float)n);
    }

    private void Forbid(ReadOnlySpan<ulong> allowed)
    {
        for (var at = 0; at < work.Length; at += 64)
        {
            var row = work.AsSpan(at, Math.Min(64, work.Length - at));
            var word = allowed[at / 64];
            if (word == 0)
                row.Fill(float.NegativeInfinity);
            else if (word != ulong.MaxValue)
                for (var i = 0; i < row.Length; i++)
                    if ((word >> i & 1) == 0)
                        row[i] = float.NegativeInfinity;
        }
    }

    // 3.3: top_k, min_p and top_p leave the first tokens of an order, found without making it.
    private int Restrict(SamplerOptions options, int count)
    {
        if (options.TopK > 0 && options.TopK < count)
            count = Keep(Cut([], options.TopK, count));
        if (options.MinP <= 0 && options.TopP >= 1)
            return count;

        passes.Exp(z.AsSpan(0, count), weights);
        var all = 0L;
        for (var i = 0; i < count; i++)
            all += whole[i] = (int)(weights[i] * 1073741824f);
        if (options.MinP > 0)
        {
            var probable = 0;
            for (var i = 0; i < count; i++)
                if (weights[i] >= options.MinP)
                    (whole[probable], kept[probable++]) = (whole[i], i);
            count = Keep(probable);
        }
        if (options.TopP < 1)
        {
            var share = (UInt128)(ulong)(options.TopP * 16777216f) * (ulong)all;
            var need = Math.Max(1, (long)((share + 16777215) >> 24));
            if (options.MinP <= 0)
                count = Drop((all - need) / count / 2, count);
            count = Keep(Cut(whole.AsSpan(0, count), need, count));
        }
        return count;
    }

    // Those of so small a weight come after the last that is needed: without them there is enough, and it weighs at least twice as much as they.
    private int Drop(long below, int count)
    {
        var left = 0;
        for (var i = 0; i < count; i++)
            if (whole[i] >= below)
                (z[left], ids[left], whole[left++]) = (z[i], ids[i], whole[i]);
        return left;
    }

    private int Cut(ReadOnlySpan<int> weigh, long need, int count)
    {
        // z is at most 0, so its bits without the sign grow as it falls.
        for (var i = 0; i < count; i++)
            keys[i] = BitConverter.SingleToUInt32Bits(z[i]) & 0x7FFFFFFF;
        return OrderedCut.Cut(keys.AsSpan(0, count), weigh, need, kept);
    }

    private int Keep(int count)
    {
        for (var i = 0; i < count; i++)
            (z[i], ids[i]) = (z[kept[i]], ids[kept[i]]);
        return count;
    }
}
