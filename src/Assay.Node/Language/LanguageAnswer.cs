using System.Diagnostics;
using System.Security.Cryptography;
using Assay.Engine.Language.Generation;
using Assay.Engine.Models.Tokenizers;
using Assay.Node.Receipts;
using Assay.Providers.Language;
using Assay.Verify.Answers;
using Assay.Verify.Commitments;

namespace Assay.Node.Language;

/// <summary>
/// An answer of a language model on its way: its tokens as they are made, then its receipt. Whoever leaves before that has the answer
/// broken off, and a void logged in its place. One reader.
/// </summary>
public sealed class LanguageAnswer : IAsyncDisposable
{
    private readonly LanguageIssuer issuer;
    private readonly BegunAnswer begun;
    private readonly AnswerParameters parameters;
    private readonly LanguageRun run;
    private readonly Tokenizer tokenizer;
    private readonly Action issuedOne;
    private readonly AnswerRecorder recorder;
    private readonly byte[] salt = RandomNumberGenerator.GetBytes(Commitment.SaltSize);
    private readonly Stopwatch since = Stopwatch.StartNew();
    private Exception? failure;
    private bool ended, settled;

    internal LanguageAnswer(LanguageIssuer issuer, BegunAnswer begun, AnswerParameters parameters, LanguageRun run, LanguageRequest request, Tokenizer tokenizer, Action issuedOne)
    {
        (this.issuer, this.begun, this.parameters, this.run, this.tokenizer, this.issuedOne, Request) = (issuer, begun, parameters, run, tokenizer, issuedOne, request);
        recorder = new AnswerRecorder(request.Generation.Choices, salt);
    }

    public LanguageRequest Request { get; }

    /// <summary>That its receipt will have.</summary>
    public string RecordId => begun.RecordId;

    /// <summary>Names weights, arithmetic and engine.</summary>
    public string SystemFingerprint => parameters.SystemFingerprint;

    public int PromptTokens => Request.Generation.Prompt.Length;

    /// <summary>Tokens of the prompt that were there from an earlier one. Known from the first token on.</summary>
    public int ReusedTokens => run.Tokens.ReusedTokens;

    /// <summary>How long the first token took from when the answer was begun; null before it is there.</summary>
    public TimeSpan? FirstAfter { get; private set; }

    /// <summary>When the request came, by this node's clock.</summary>
    public DateTimeOffset RequestedAt => begun.RequestedAt;

    /// <summary>Every choice's tokens as they come, those of one choice in order; the last of each has its <see cref="GeneratedToken.Finish"/>.</summary>
    /// <exception cref="OperationCanceledException">The answer was broken off.</exception>
    public async IAsyncEnumerable<GeneratedToken> ReadAllAsync()
    {
        await using var tokens = run.Tokens.ReadAllAsync().GetAsyncEnumerator();
        while (true)
        {
            try
            {
                if (!await tokens.MoveNextAsync())
                    break;
            }
            catch (Exception e)
            {
                failure = e;
                throw;
            }
            FirstAfter ??= since.Elapsed;
            recorder.Add(tokens.Current);
            yield return tokens.Current;
        }
        ended = true;
    }

    /// <summary>Issues the receipt of the answer, all of whose tokens were read; durable and promised when this returns.</summary>
    /// <param name="toolCalls">Of each choice how many calls of tools its text holds; null for none.</param>
    /// <exception cref="NodeException">A key is missing, or no bundle could hold what the receipt commits to.</exception>
    /// <exception cref="Log.LogException">The log does not take it.</exception>
    public async Task<FinishedAnswer> FinishAsync(IReadOnlyList<ulong>? toolCalls = null)
    {
        if (!ended || settled)
            throw new InvalidOperationException("an answer is finished once, after its last token was read");
        var answer = recorder.Finish(toolCalls);
        var words = Request.Generation.Alternatives is null ? null
            : TokenWords.Of(Enumerable.Range(0, Request.Generation.Choices).SelectMany(recorder.Of).Select(AnswerRecorder.Encode), id => ModelDigests.WordOf(tokenizer, id));
        Issued issued;
        try
        {
            issued = await issuer.IssueAsync(begun, parameters with { Words = words?.Digest() }, answer, salt, null);
        }
        catch (Exception e)
        {
            failure = e;
            throw;
        }
        settled = true;
        issuedOne();
        return new FinishedAnswer(issued, answer, words);
    }

    /// <summary>Breaks the answer off where it is not finished, and logs a void in its place. Where the log takes none, the ticket stays open and is void when the node starts again.</summary>
    public async ValueTask DisposeAsync()
    {
        run.Dispose();
        if (settled)
            return;
        settled = true;
        if (await issuer.TryVoidAsync(begun, parameters, recorder.Finish(), salt, failure is null or OperationCanceledException ? VoidReason.Cancelled : VoidReason.Failed))
            issuedOne();
    }
}

/// <summary>An answer with its receipt.</summary>
/// <param name="Answer">Its tokens, texts, and how each choice ended.</param>
/// <param name="Words">What the tokens in its log-probabilities stand for; null where none were asked for.</param>
public sealed record FinishedAnswer(Issued Receipt, RecordedAnswer Answer, TokenWords? Words);
