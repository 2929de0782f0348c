using System.Text;
using System.Text.Json.Nodes;
using Assay.Audit.Oracles;
using Assay.Engine.Language;
using Assay.Engine.Models.Language;
using Assay.Providers.Language;
using Assay.Reliability.Accounts;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Bench.Oracles;

/// <summary>The models of a trial: what is claimed, the same in four bits, and another.</summary>
internal sealed record TrialModels(RunnableLanguageModel Claimed, RunnableLanguageModel Smaller, RunnableLanguageModel Other, string Name) : IDisposable
{
    /// <param name="claimed">A .gguf file with matrices in Q8_0.</param>
    public static TrialModels Of(byte[] claimed, byte[] other, string name) => new(Open(claimed), Open(FourBits.Of(claimed)), Open(other), name);

    public void Dispose()
    {
        Claimed.Model.Dispose();
        Smaller.Model.Dispose();
        Other.Model.Dispose();
    }

    private static RunnableLanguageModel Open(byte[] gguf)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, gguf);
            var model = LanguageModel.Open(new Dictionary<string, string> { ["model.gguf"] = file });
            return new RunnableLanguageModel(new ModelClaim("model", "1", Sha256.Of(gguf), "gguf") { Language = ModelDigests.ClaimOf(model) }, model);
        }
        finally
        {
            // The mapping keeps what it needs.
            File.Delete(file);
        }
    }
}

/// <summary>
/// One oracle, one cheat, one seed: how many probes after the cheating began until the oracle says so. Everything that decides is what an
/// account would decide by: the fold of the letters and batches that were made.
/// </summary>
internal sealed class OracleTrial(TrialModels models, Cheat cheat, int seed)
{
    private static readonly Hash Address = ObservationsEvent.AddressOf("http://provider.test/v1", "model");
    private static readonly string[] Openings =
    [
        "Once upon a time", "The little dog", "Lily and Tom went", "One day, a big", "The sun was", "Mom said", "In the park there", "A bird and a cat",
        "Ben had a red", "It was a cold", "They all liked", "The boy was sad because", "She wanted to", "At night the", "His friend said", "There was a small",
    ];

    /// <summary>Probes until it is seen; null where it was not within so many.</summary>
    public async Task<int?> RunAsync(string oracle, int most)
    {
        using var provider = new CheatingProvider(models.Claimed, models.Smaller, models.Other, seed, names: oracle is not "likelihood, texts");
        using var http = new HttpClient(provider);
        var endpoint = new Endpoint(http, "http://provider.test/v1", "model", null, TimeSpan.FromSeconds(60));
        return oracle switch
        {
            "drift" => await LettersAsync(provider, endpoint, await DriftAsync(endpoint), 200, most),
            "graded" => await LettersAsync(provider, endpoint, await GradedAsync(endpoint), 200, most),
            "service" => await LettersAsync(provider, endpoint, new ServiceOracle(Set(16, 0), 10_000, 10_000), 200, most),
            "likelihood, tokens" => await LikelihoodAsync(provider, endpoint, 16, [], most),
            "likelihood, tokens, knowing the four bits" => await LikelihoodAsync(provider, endpoint, 16, [Local(models.Smaller)], most),
            "likelihood, one token" => await LikelihoodAsync(provider, endpoint, 1, [], most),
            "likelihood, texts" => await LikelihoodAsync(provider, endpoint, 16, [], most),
            _ => throw new ArgumentException($"no oracle '{oracle}'", nameof(oracle)),
        };
    }

    // Greedy answers, three times each.
    private static async Task<ILetterOracle> DriftAsync(Endpoint endpoint)
    {
        var set = Set(12, 0);
        return new DriftOracle(set, await DriftOracle.EnrolAsync(endpoint, set, 3, _ => { }, default));
    }

    // What is right is what the claimed weights do when they are asked without chance; probes leave them some.
    private static async Task<ILetterOracle> GradedAsync(Endpoint endpoint)
    {
        var lines = new StringBuilder();
        foreach (var probe in Set(1, 0).Probes)
        {
            var reply = await endpoint.AskAsync(probe, false, false, default);
            lines.AppendLine(new JsonObject
            {
                ["id"] = probe.Id, ["prompt"] = probe.Prompt, ["maxTokens"] = 2, ["temperatureThousandths"] = 300,
                ["answer"] = new JsonObject { ["contains"] = reply.Text.Trim() is { Length: > 0 } word ? word : " " },
            }.ToJsonString());
        }
        return new GradedOracle(ProbeSet.Parse(Encoding.UTF8.GetBytes(lines.ToString())));
    }

    private async Task<int?> LettersAsync(CheatingProvider provider, Endpoint endpoint, ILetterOracle oracle, int before, int most)
    {
        var observed = new Observed("svc", Address, oracle.Oracle, oracle.Task);
        var fold = new ObservedFold("svc", oracle.Oracle, oracle.Task, new ObservedState(AccountId.Observed("svc", oracle.Oracle, oracle.Task)));
        var (asked, batches, found) = (0, 0UL, (int?)null);
        var memory = new ObservationMemory(0, [], null);
        var observation = new Observation(endpoint, TimeProvider.System, Log, _ => { }, _ => asked++);
        memory = await observation.RunAsync(oracle, memory, before, before, TimeSpan.Zero, default);
        provider.Cheat = cheat;
        while (found is null && asked < before + most)
            memory = await observation.RunAsync(oracle, memory, 1, 1, TimeSpan.Zero, default);
        return found;

        Task Log(Batch batch)
        {
            fold.Step(++batches, [new ObserverRead(new LogSize("observer.test/log", batches, default), default, [observed.Event("observer.test/log", batch)])], "x");
            found ??= fold.State.Segments[0].Change.Alarms > 0 ? asked - before : null;
            return Task.CompletedTask;
        }
    }

    private async Task<int?> LikelihoodAsync(CheatingProvider provider, Endpoint endpoint, int tokens, IReadOnlyList<LocalModel> alternatives, int most)
    {
        var dice = new Random(seed + 1);
        using var oracle = new LikelihoodOracle(Set(tokens, 1000), Local(models.Claimed), alternatives, 0, dice.NextDouble);
        var fold = new ObservedFold(
            "svc", ObservationOracle.Likelihood, oracle.Task, new ObservedState(AccountId.Observed("svc", ObservationOracle.Likelihood, oracle.Task)));
        var (asked, batches, found) = (0, 0UL, (int?)null);
        provider.Cheat = cheat;
        var observed = new Observed("svc", Address, ObservationOracle.Likelihood, oracle.Task);
        var observation = new Observation(endpoint, TimeProvider.System, Log, _ => { }, _ => asked++);
        var memory = new ObservationMemory(0, [], null);
        const int size = 8;
        while (found is null && asked < most)
            memory = (await observation.RunAsync(oracle, memory, size, size, default)) with { Likelihood = null };
        return found;

        Task Log(Batch batch)
        {
            fold.Step(++batches, [new ObserverRead(new LogSize("observer.test/log", batches, default), default, [observed.Event("observer.test/log", batch)])], "x");
            found ??= ObservedFigures.Of(fold.State.Segments[0]).Refuted ? asked : null;
            return Task.CompletedTask;
        }
    }

    private static LocalModel Local(RunnableLanguageModel model) => new(model, LanguageReplayTools.Local(_ => null, new LanguageSessionOptions { Threads = 1 }));

    private static ProbeSet Set(int tokens, int temperature) => ProbeSet.Parse(Encoding.UTF8.GetBytes(string.Concat(Openings.Index().Select(o =>
        new JsonObject { ["id"] = $"{o.Index}", ["prompt"] = o.Item, ["maxTokens"] = tokens, ["temperatureThousandths"] = temperature }.ToJsonString() + "\n"))));
}
