using Assay.Node.Receipts;
using Assay.Node.Relays;
using Assay.Providers.Language;
using Assay.Reliability.Routing;
using Assay.Verify.Relays;
using Microsoft.AspNetCore.Http;

namespace Assay.Node.Web.OpenAi;

/// <summary>Answers that an upstream makes, handed on with the node's own receipt in the place of any other (docs/spec/receipt.md, Relays).</summary>
internal static class RelayedAnswers
{
    /// <summary>Says before the body that it is an upstream's; the receipt is what proves it.</summary>
    public const string Header = "Assay-Relayed";

    /// <param name="api"><see cref="RequestReader.Chat"/> or <see cref="RequestReader.Completion"/>.</param>
    public static async Task WriteAsync(AssayNode node, Relay relay, string api, RequestHead head, byte[] body, HttpContext http, RouteClaim? route, Latencies latencies)
    {
        await using var answer = await node.Relays.BeginAsync(relay, api, head.Streams, RequestTerms.Of(http.Request, body), route, http.RequestAborted);
        http.Response.Headers[Header] = "true";
        if (!head.Streams)
        {
            var shown = await answer.ReadWholeAsync();
            var issued = await answer.FinishAsync();
            http.Response.Headers[ReceiptJson.Header] = ReceiptJson.HeaderOf(issued);
            http.Response.ContentType = "application/json";
            Measure();
            await http.Response.Body.WriteAsync(WithReceipt(shown, issued, route), http.RequestAborted);
            return;
        }
        var stream = new EventStream(http, node.Options);
        await stream.WriteAsync(async () =>
        {
            await foreach (var data in stream.OrSilenceAsync(answer.ReadEventsAsync(http.RequestAborted)))
                await stream.EventAsync(data);
            await stream.EventAsync(WithReceipt(answer.LastChunk, await answer.FinishAsync(), route));
            await stream.DoneAsync();
            Measure();
        });

        void Measure()
        {
            if (answer.FirstAfter is { } took)
                latencies.Add(relay.Model.Reference, took);
        }
    }

    private static byte[] WithReceipt(byte[] shown, Issued issued, RouteClaim? route)
    {
        var member = AnswerFrame.Json(json =>
        {
            json.WriteStartObject();
            ReceiptJson.Write(json, issued, route: route);
            json.WriteEndObject();
        });
        return JsonMembers.Add(shown, member.AsSpan()[1..^1]);
    }
}
