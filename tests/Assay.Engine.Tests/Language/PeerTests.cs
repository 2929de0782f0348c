using Assay.Engine.Language.Reference;

namespace Assay.Engine.Tests.Language;

/// <summary>
/// The families beside llama.cpp (tag v0.5.0, as node-llama-cpp 3.22.1 brings it): what it computed of the tiny models of these tests. One
/// thread, flash attention off, keys and values in float32, context 256. Where a model's name holds "phi3" it wants certain tokens: there the name was changed.
/// </summary>
public sealed class PeerTests(ITestOutputHelper output)
{
    // Scores of tokens 7, 138 and 269 after the first, twelfth and last of 24 tokens.
    private static readonly int[] Positions = [0, 11, 23], Places = [7, 138, 269];

    private static readonly Dictionary<string, float[]> Families = new(StringComparer.Ordinal)
    {
        ["llama"] = [0.2138464f, 0.375238f, -0.6604082f, 0.9001117f, 1.070723f, 1.023475f, 0.8542063f, 0.9318326f, 1.638228f],
        ["llama-factors"] = [0.6541362f, -0.8012382f, -0.334508f, -1.445003f, 0.348636f, 0.493414f, -0.4861275f, -0.4385889f, -0.2439749f],
        ["mixtral"] = [1.284401f, 0.09848152f, -0.8464155f, -0.05887181f, 0.406024f, 0.3982779f, 0.210564f, 1.699515f, 0.5522202f],
        ["qwen2"] = [-0.09490722f, 0.08546811f, -0.9964723f, -0.1116359f, 0.04732895f, -1.82954f, -0.2024693f, -0.1938265f, -1.960548f],
        ["qwen3"] = [1.051977f, 1.62845f, 0.2057698f, 1.971081f, 1.089227f, -0.3155747f, 1.063645f, 1.234225f, -0.01313282f],
        ["qwen3moe"] = [-2.235597f, -0.3047908f, -0.2434911f, -0.2345319f, 0.02559519f, 0.40723f, -1.148455f, 0.8073601f, 0.6094903f],
        ["gemma2"] = [1.297674f, 0.9548757f, -0.7731053f, 1.240589f, -1.581904f, 0.5221742f, -0.4545972f, 0.4474732f, 0.1509057f],
        ["gemma3"] = [1.449821f, -0.497157f, -1.01844f, -0.7437404f, 0.6669286f, 0.7463813f, -0.5600106f, 0.08995122f, -0.413197f],
        ["phi3"] = [0.2138464f, 0.375238f, -0.6604082f, 1.0955f, 1.065761f, 1.738477f, 1.069916f, -0.001653612f, 1.624736f],
        ["phi3-long"] = [0.512419f, 0.6665925f, 0.01605518f, 0.3453662f, -0.4113548f, 1.342357f, -0.8387232f, 1.122777f, -0.9774043f],
    };

    private static readonly Dictionary<WeightType, float[]> Types = new()
    {
        [WeightType.F16] = [0.2142615f, 0.3746178f, -0.6611757f, 0.9018601f, 1.070478f, 1.022856f, 0.8537245f, 0.9314262f, 1.637241f],
        [WeightType.BF16] = [0.2089321f, 0.3742589f, -0.6559517f, 0.8884608f, 1.071475f, 1.015614f, 0.8509704f, 0.9208667f, 1.642344f],
        [WeightType.Q8_0] = [0.533173f, 0.4740422f, 0.44745f, -3.00609f, 1.499453f, 0.002862573f, 1.017784f, -0.151714f, -0.7187345f],
        [WeightType.Q4_0] = [-1.432509f, 0.4206901f, -0.4248842f, 0.861759f, 0.9947556f, 2.003556f, 0.08498324f, -0.759918f, 0.6522159f],
        [WeightType.Q4_1] = [-0.5541939f, -1.10918f, 2.094201f, -2.123126f, 1.629735f, 0.8203912f, -0.1485484f, -0.9509647f, -1.854992f],
        [WeightType.Q5_0] = [-0.4496241f, 1.155698f, 2.368586f, 0.6258355f, -0.4769506f, 0.1559111f, 0.7066907f, 0.1078609f, 0.09925848f],
        [WeightType.Q5_1] = [-1.062893f, -0.09676915f, 0.1955961f, 0.1037419f, 1.971207f, 2.249999f, 1.265878f, 0.9027592f, 1.041556f],
        [WeightType.Q2_K] = [1.127916f, 2.359293f, 0.1125453f, -0.2376714f, -0.218082f, -1.583429f, -1.157459f, -0.1051166f, -0.09427088f],
        [WeightType.Q3_K] = [1.948356f, 1.993443f, -0.8238105f, 0.4401435f, 1.073103f, 1.53457f, 0.3164511f, -3.134355f, 1.377843f],
        [WeightType.Q4_K] = [-0.4661906f, -0.4704129f, -1.323156f, -1.006465f, 0.1835107f, 0.5055896f, -1.241733f, 2.005723f, -0.1375209f],
        [WeightType.Q5_K] = [1.820088f, -0.8241283f, -1.992138f, -2.0406f, 0.968977f, -2.552381f, 3.640245f, -0.8731322f, 1.735789f],
        [WeightType.Q6_K] = [0.2817667f, 1.671847f, 0.1409393f, 0.6974689f, 0.0967871f, 0.1926167f, 0.4038261f, 0.06709614f, -0.34492f],
    };

    public static TheoryData<string> AllFamilies => [.. Families.Keys];

    public static TheoryData<WeightType> AllTypes => [.. Types.Keys];

    /// <summary>Its gelu goes by a table of float16, and so Gemma is off by as much as that.</summary>
    [Theory, MemberData(nameof(AllFamilies))]
    public void Every_family_gives_its_scores_but_for_rounding(string family) =>
        Compare(family, WeightType.F32, Families[family], family.StartsWith("gemma", StringComparison.Ordinal) ? 3e-3f : 1e-5f);

    /// <summary>Beside float16 and bfloat16 it rounds activations to the same type, beside quantised weights it quantises them in blocks and scales of its own.</summary>
    [Theory, MemberData(nameof(AllTypes))]
    public void Every_weight_type_gives_its_scores_but_for_what_it_rounds_activations_to(WeightType type) =>
        Compare("llama", type, Types[type], type switch { WeightType.F16 => 5e-3f, WeightType.BF16 => 4e-2f, _ => 0.25f });

    private void Compare(string family, WeightType type, float[] theirs, float tolerance)
    {
        using var model = PrefillDecodeTests.Open(family, type);
        var scores = ReferenceLanguage.Scores(model.Architecture, model.Weights, PrefillDecodeTests.Tokens(model.Architecture, 3, 24));
        var ours = Positions.SelectMany(p => Places.Select(t => scores[p][t])).ToArray();
        output.WriteLine($"greatest difference {ours.Zip(theirs, (a, b) => MathF.Abs(a - b)).Max()}");
        for (var i = 0; i < ours.Length; i++)
            Assert.Equal(theirs[i], ours[i], tolerance);
    }
}
