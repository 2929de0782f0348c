using System.Security.Cryptography;
using System.Text;
using Assay.Engine.Language.Sampling;
using Assay.Engine.Models;
using Assay.Providers.Language;
using Assay.Verify.Crypto;

namespace Assay.Audit.Oracles;

/// <summary>A model that the likelihood oracle evaluates here.</summary>
/// <param name="Model">Opened; its owner disposes of it.</param>
public sealed record LocalModel(RunnableLanguageModel Model, LanguageReplayTools Tools);

/// <summary>
/// Whether an endpoint's sampled answers come from the claimed open weights: they are teacher-forced under our engine, and bets against the
/// claim grow where they do not (docs/oracles.md). Evidence for the claim there is none: what is not refuted may be another model that
/// is hard to tell from it.
/// </summary>
public sealed class LikelihoodOracle : IDisposable
{
    /// <summary>Tokens of prompt and answer together.</summary>
    public const int MostTokens = 8192;

    private const double Hotter = 1.15;

    // Of a token's probability, what other tokens of the same name may have of it for it to be taken as the one.
    private const double MostDoubt = 1e-4;

    private const int MostRemembered = 8;

    private readonly RunnableLanguageModel model;
    private readonly ForcedScores claimed;
    private readonly ForcedScores[] others;
    private readonly TokenNames names;
    private readonly Distribution now, hot, cold;
    private readonly TokenSampler sampler;
    private readonly Func<double> uniform;
    private readonly Dictionary<string, List<int[]>> remembered;

    /// <param name="set">Probes with temperatures of 0.1 or more: without chance there is nothing to bet on.</param>
    /// <param name="claim">The weights that the endpoint claims to serve.</param>
    /// <param name="alternatives">What it may serve instead, of the same tokenizer: a bet on each finds it sooner.</param>
    /// <param name="tolerance">In millionths a token: 0 for the same engine, more where another computes with other roundings.</param>
    /// <param name="uniform">Uniform in [0, 1); not to be guessed by the endpoint.</param>
    /// <exception cref="AuditException">Probes or models do not fit.</exception>
    public LikelihoodOracle(ProbeSet set, LocalModel claim, IReadOnlyList<LocalModel> alternatives, uint tolerance, Func<double> uniform, LikelihoodMemory? memory = null)
    {
        if (set.Probes.FirstOrDefault(p => p.Temperature < 100) is { } sure)
            throw new AuditException($"the probe '{sure.Id}' has a temperature below 0.1: likelihood bets on what is drawn by chance");
        foreach (var other in alternatives)
            if (ModelDigests.TokenizerOf(other.Model.Model.Tokenizer) != ModelDigests.TokenizerOf(claim.Model.Model.Tokenizer) || other.Model.Model.Architecture.VocabularySize != claim.Model.Model.Architecture.VocabularySize)
                throw new AuditException($"{other.Model.Claim.Name} has another tokenizer than {claim.Model.Claim.Name}: token ids mean other texts");
        (model, this.uniform, Probes) = (claim.Model, uniform, set.Probes);
        Task = set.Digest(
            "likelihood", [model.Claim.Manifest.Bytes.ToArray(), ServiceOracle.Number(tolerance), .. alternatives.Select(a => a.Model.Claim.Manifest.Bytes.ToArray())]);
        claimed = Open(claim);
        others = [.. alternatives.Select(Open)];
        var vocabulary = claimed.Vocabulary;
        names = new TokenNames(model.Model.Tokenizer, vocabulary);
        (now, hot, cold, sampler) = (new Distribution(vocabulary), new Distribution(vocabulary), new Distribution(vocabulary), new TokenSampler(vocabulary));
        Bets = memory is null ? new LikelihoodBets(others.Length, tolerance) : LikelihoodBets.Resume(memory.Bets, others.Length, tolerance);
        Texts = memory is null ? new TextBets() : TextBets.Resume(memory.Texts);
        remembered = memory?.Answers.ToDictionary(a => a.Key, a => a.Value.ToList()) ?? [];
        if (remembered.Values.Any(answers => answers.Any(a => a.Any(id => id < -1 || id >= vocabulary))))
            throw new AuditException("what was kept of these observations is damaged");
    }

    public Hash Task { get; }

    public IReadOnlyList<Probe> Probes { get; }

    public LikelihoodBets Bets { get; }

    public TextBets Texts { get; }

    /// <summary>Answers that could be bet on, token by token or as texts; and others, for want of tokens or of room.</summary>
    public (int Tokens, int Texts, int Unusable) Used { get; private set; }

    /// <summary>All that is needed to go on another day.</summary>
    public LikelihoodMemory Keep() => new(Bets.Keep(), Texts.Keep(), remembered.ToDictionary(r => r.Key, r => r.Value.ToArray()));

    /// <summary>Bets on one answer.</summary>
    /// <param name="body">The request's very body, from which the prompt's tokens are read as a node reads them.</param>
    /// <param name="clock">Told to chat templates that ask for the time.</param>
    public void See(Probe probe, byte[] body, Reply reply, DateTimeOffset clock, CancellationToken cancel)
    {
        if (reply.Kind != ReplyKind.Answered)
            return;
        int[] prompt;
        try
        {
            prompt = [.. RequestReader.Read(probe.IsChat ? RequestReader.Chat : RequestReader.Completion, body, model, clock).Generation.Prompt];
        }
        catch (ModelException e)
        {
            throw new AuditException($"the probe '{probe.Id}' is none for {model.Claim.Name}: {e.Message}", e);
        }
        if (prompt.Length == 0 || prompt.Length + probe.MaxTokens + 1 > claimed.ContextLength)
            throw new AuditException($"the probe '{probe.Id}' has {prompt.Length} tokens and asks for {probe.MaxTokens}: the context has room for {claimed.ContextLength}");
        if (Spoken(probe, reply) is { } spoken)
            SeeTokens(probe, prompt, spoken.Tokens, spoken.Ended, cancel);
        else if (reply.Tokens is null && probe.MaxTokens > 1)
        {
            Bets.SeeTexts(Texts.Pay(probe.Id, reply.Text.Trim(), Sample(probe, prompt, cancel).Trim()));
            Used = Used with { Texts = Used.Texts + 1 };
        }
        else
            Used = Used with { Unusable = Used.Unusable + 1 };
    }

    public void Dispose()
    {
        claimed.Dispose();
        foreach (var other in others)
            other.Dispose();
    }

    // The tokens of an answer, each as the ids that its name can mean; null where they are not known.
    private (List<IReadOnlyList<int>> Tokens, bool Ended)? Spoken(Probe probe, Reply reply)
    {
        if (reply.Tokens is not { } named)
            return probe.MaxTokens != 1 ? null : One(reply);
        var (tokens, ended, text) = (new List<IReadOnlyList<int>>(), false, new List<byte>());
        foreach (var token in named)
        {
            if (ended = names.IsEnd(token))
                break;
            if (names.Of(token) is not { Count: > 0 } ids)
                return null;
            tokens.Add(ids);
            text.AddRange(token.Bytes ?? Encoding.UTF8.GetBytes(token.Text));
        }
        // Names that make another text than the caller was given are not the names of its tokens.
        return tokens.Count <= probe.MaxTokens && Same(Encoding.UTF8.GetString([.. text]), reply.Text)
            ? (tokens, ended || tokens.Count < probe.MaxTokens)
            : null;
    }

    // Every outcome has to count as something: if ends were dropped, what is left would not be what was drawn.
    private (List<IReadOnlyList<int>>, bool)? One(Reply reply) =>
        reply.Text.Length > 0 ? names.OfText(reply.Text) is { Count: > 0 } one ? ([one], false) : null
        : reply.Finish == "stop" ? ([], true)
        : names.Silent.Count > 0 ? ([names.Silent], false)
        : null;

    private static bool Same(string named, string text) => named.Trim().TrimEnd('\uFFFD') == text.Trim().TrimEnd('\uFFFD');

    private void SeeTokens(Probe probe, int[] prompt, List<IReadOnlyList<int>> tokens, bool ended, CancellationToken cancel)
    {
        var known = tokens.Count;
        int[] path = [.. tokens.Select(t => t[0]), .. ended ? (int[])[0] : []];
        if (path.Length == 0)
            return;
        Used = Used with { Tokens = Used.Tokens + 1 };
        var temperature = probe.Temperature / 1000.0;
        var odds = new double[others.Length][];
        for (var i = 0; i < others.Length; i++)
        {
            var (row, mine) = (odds[i] = new double[path.Length], hot);
            others[i].Run(prompt, path, (at, scores) =>
            {
                mine.Set(scores.Span, temperature);
                row[at] = mine.Of(at == known ? names.Ending : tokens[at]);
            }, cancel);
        }
        var past = remembered.GetValueOrDefault(probe.Id) ?? [];
        var isSure = true;
        claimed.Run(prompt, path, (at, scores) =>
        {
            // Where a name means several tokens nobody knows what followed which: what comes after it is left.
            if (!isSure)
                return;
            now.Set(scores.Span, temperature);
            hot.Set(scores.Span, temperature * Hotter);
            cold.Set(scores.Span, temperature / Hotter);
            var isEnd = at == known;
            var drawn = isEnd ? names.Ending : (IEnumerable<int>)tokens[at];
            var alike = past.Where(p => p.Length > at && p.AsSpan(0, at).SequenceEqual(path.AsSpan(0, at))).ToList();
            double? repeated = alike.Count == 0 ? null : alike.Count(p => isEnd ? p[at] < 0 : tokens[at].Contains(p[at])) / (double)alike.Count;
            Bets.See(isEnd, now.Of(names.Ending), now.Of(drawn), repeated, hot.Of(drawn), cold.Of(drawn), [.. odds.Select(o => o[at])]);
            if (isEnd)
                return;
            Bets.SeeRank(now.Rank(now.Draw(tokens[at], uniform()), names.Ending, uniform()));
            isSure = tokens[at].Count == 1 || now.Of(tokens[at].Skip(1)) < MostDoubt * now.Of(tokens[at]);
        }, cancel);
        if (!isSure)
            return;
        past.Add([.. path.Take(known), .. ended ? (int[])[-1] : []]);
        if (past.Count > MostRemembered)
            past.RemoveAt(0);
        remembered[probe.Id] = past;
    }

    // An answer of our own, drawn by the profile's sampler with a seed that nobody knows before.
    private string Sample(Probe probe, int[] prompt, CancellationToken cancel)
    {
        var (seed, options) = (new byte[32], new SamplerOptions { Temperature = probe.Temperature / 1000f });
        for (var i = 0; i < seed.Length; i++)
            seed[i] = (byte)(uniform() * 256);
        var (made, bytes) = (new List<int>(), new List<byte>());
        while (made.Count < probe.MaxTokens)
        {
            var next = -1;
            claimed.RunLast(prompt, made, scores => next = sampler.Pick(scores.Span, options, seed, 0, made.Count), cancel);
            if (names.Ending.Contains(next))
                break;
            made.Add(next);
            if (next < model.Model.Tokenizer.Count)
                bytes.AddRange(model.Model.Tokenizer.Bytes(next).ToArray());
        }
        claimed.Forget();
        return Encoding.UTF8.GetString([.. bytes]);
    }

    private static ForcedScores Open(LocalModel model) =>
        new(model.Tools.Open(model.Model, 1, Math.Min(MostTokens, model.Model.Model.Architecture.ContextLength)));

    /// <summary>Numbers that no endpoint can guess.</summary>
    public static Func<double> Unguessable() => () => RandomNumberGenerator.GetInt32(int.MaxValue) / (double)int.MaxValue;
}

/// <summary>What a likelihood oracle keeps between runs.</summary>
public sealed record LikelihoodMemory(LikelihoodBets.Kept Bets, IReadOnlyDictionary<string, string[][]> Texts, IReadOnlyDictionary<string, int[][]> Answers);
