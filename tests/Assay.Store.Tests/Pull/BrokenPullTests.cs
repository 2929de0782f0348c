namespace Assay.Store.Tests.Pull;

/// <summary>What is broken off goes on where it stopped, and nothing that is not what was promised is ever used.</summary>
public sealed class BrokenPullTests : PullFixture
{
    private static readonly string Path = "/tiny.gguf", Key = ModelServer.Sha256(Model);

    [Fact]
    public async Task A_transfer_that_breaks_off_goes_on_within_the_pull()
    {
        Server[Path] = new Served(Model) { Etag = "one" }.Breaking(1000, 0, 500);
        Assert.Equal("tiny@1", (await PullAsync(Web(Path, Model))).Reference);
        Assert.Equal(["", "bytes=1000-", "bytes=1000-", "bytes=1500-"], Ranges(Path));
        Assert.Equal(["", "\"one\"", "\"one\"", "\"one\""], Server.Requests.Select(r => r.IfRange));
    }

    [Fact]
    public async Task What_a_pull_had_when_it_was_given_up_is_where_the_next_one_begins()
    {
        Server[Path] = new Served(Model).Breaking(1000, 0, 0);
        Assert.Contains("takes it up again", (await RefusedAsync(StoreFault.Unavailable, Web(Path, Model))).Message, StringComparison.Ordinal);
        Assert.Contains(Key, Begun());
        Assert.Empty(Store.Blobs.All());
        Assert.Equal("tiny@1", (await PullAsync(Web(Path, Model))).Reference);
        Assert.Equal("bytes=1000-", Ranges(Path)[^1]);
        Assert.Empty(Begun());
    }

    [Fact]
    public async Task A_file_that_was_whole_when_the_program_ended_is_not_asked_for()
    {
        Server[Path] = new Served(Model);
        await FetchAsync(Web(Path, Model));
        Assert.Equal([Key], Begun());
        Assert.Equal("tiny@1", (await PullAsync(Web(Path, Model))).Reference);
        Assert.Single(Server.Requests);
    }

    [Fact]
    public async Task What_was_damaged_on_the_disk_meanwhile_is_fetched_anew()
    {
        Server.AddRepository("org/repo", ("tiny.gguf", Model));
        var path = $"/org/repo/resolve/{ModelServer.Commit}/tiny.gguf";
        foreach (var length in (int[])[1000, Model.Length, Model.Length + 10])
        {
            Store.PreparePartial(TimeSpan.FromDays(1));
            File.WriteAllBytes(System.IO.Path.Combine(Store.Partial, Key), new byte[length]);
            var model = await PullAsync("hf:org/repo");
            Assert.Equal(Key, model.Files[0].Sha256.ToHex());
            Assert.Equal("", Ranges(path)[^1]);
            Store.Remove(model);
        }
    }

    [Fact]
    public async Task Another_file_than_was_promised_is_refused_and_not_kept()
    {
        Server.AddRepository("org/repo", ("tiny.gguf", Model));
        var path = $"/org/repo/resolve/{ModelServer.Commit}/tiny.gguf";
        var changed = (byte[])Model.Clone();
        changed[^1] ^= 1;
        Server[path] = new Served(changed);
        var refused = await RefusedAsync(StoreFault.BadRequest, "hf:org/repo");
        Assert.Contains($"its digest is sha256:{ModelServer.Sha256(changed)}, where sha256:{Key} is right", refused.Message, StringComparison.Ordinal);
        Assert.Single(Ranges(path));
        Assert.Empty(Begun());
        Assert.Empty(Store.Blobs.All());
    }

    [Fact]
    public async Task A_small_file_is_held_to_the_identifier_of_its_git_blob()
    {
        var bytes = Models.Adds(1);
        Assert.True(bytes.Length < 1000);
        Server.AddRepository("org/repo", ("adder.onnx", bytes));
        Assert.Equal("adder@1", (await PullAsync("hf:org/repo:adder.onnx")).Reference);
        Server[$"/org/repo/resolve/{ModelServer.Commit}/adder.onnx"] = new Served(Models.Adds(2));
        Assert.Contains($"where git:{ModelServer.GitBlob(bytes)} is right", (await RefusedAsync(StoreFault.BadRequest, "hf:org/repo:adder.onnx")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_changed_between_two_pulls_is_never_mixed_with_what_it_was()
    {
        var later = (byte[])Model.Clone();
        later[^1] ^= 1;
        // Its server says that it is another one: all of it comes, and it is not what was promised.
        Server[Path] = new Served(Model) { Etag = "one" }.Breaking(1000, 0, 0);
        await RefusedAsync(StoreFault.Unavailable, Web(Path, Model));
        Server[Path] = new Served(later) { Etag = "two" };
        await RefusedAsync(StoreFault.BadRequest, Web(Path, Model));
        Assert.Equal("bytes=1000-", Ranges(Path)[^1]);
        Assert.Empty(Begun());
        // Its server says nothing: the digest of the mixture tells, and it is fetched whole.
        Server[Path] = new Served(new byte[Model.Length]).Breaking(1000, 0, 0);
        await RefusedAsync(StoreFault.Unavailable, Web(Path, Model));
        Server[Path] = new Served(Model);
        Assert.Equal(Key, (await PullAsync(Web(Path, Model))).Files[0].Sha256.ToHex());
        Assert.Equal(["bytes=1000-", ""], Ranges(Path)[^2..]);
        // The file that is promised now is another: what was begun of the first stays its own.
        Assert.Equal(ModelServer.Sha256(Other), (await FetchAsync(Web("/other.gguf", Put("/other.gguf", Other))))[0].Sha256.ToHex());
    }

    [Fact]
    public async Task A_server_that_gives_no_parts_gives_the_whole_again()
    {
        Server[Path] = new Served(Model) { Ranges = false }.Breaking(1000, 2000);
        Assert.Equal(Key, (await PullAsync(Web(Path, Model))).Files[0].Sha256.ToHex());
        Assert.Equal(["", "bytes=1000-", "bytes=2000-"], Ranges(Path));
    }

    [Fact]
    public async Task Lengths_that_lie_are_refused()
    {
        Server.AddRepository("org/repo", ("tiny.gguf", Model));
        var path = $"/org/repo/resolve/{ModelServer.Commit}/tiny.gguf";
        byte[] more = [.. Model, 0];
        Server[path] = new Served(more);
        Assert.Contains($"it says {more.Length} bytes, where {Model.Length} are right", (await RefusedAsync(StoreFault.BadRequest, "hf:org/repo")).Message, StringComparison.Ordinal);
        Server[path] = new Served(more) { Length = false };
        Assert.Contains($"it sends more than {Model.Length} bytes", (await RefusedAsync(StoreFault.BadRequest, "hf:org/repo")).Message, StringComparison.Ordinal);
        Assert.All(Begun().Where(f => f == Key), f => Assert.True(new FileInfo(System.IO.Path.Combine(Store.Partial, f)).Length <= Model.Length));
        Server[path] = new Served(Model[..^10]) { Length = false, Ranges = false };
        Assert.Contains($"of {Model.Length} bytes", (await RefusedAsync(StoreFault.Unavailable, "hf:org/repo")).Message, StringComparison.Ordinal);
        Server[path] = new Served(Model) { Shift = 1 };
        Assert.Contains("were asked for", (await RefusedAsync(StoreFault.BadRequest, "hf:org/repo")).Message, StringComparison.Ordinal);
        Assert.Empty(Store.Blobs.All());
        Server[path] = new Served(Model);
        Assert.Equal(Key, (await PullAsync("hf:org/repo")).Files[0].Sha256.ToHex());
    }

    [Fact]
    public async Task A_redirect_that_has_no_end_or_leads_out_of_https_is_refused()
    {
        Server["/a"] = new Served([]) { Instead = c => PullTests.Redirect(c, "/tiny.gguf") };
        Server[Path] = new Served([]) { Instead = c => PullTests.Redirect(c, "/a") };
        Assert.Contains("redirects more than 5 times", (await RefusedAsync(StoreFault.BadRequest, Web(Path, Model))).Message, StringComparison.Ordinal);
        Assert.Equal(6, Server.Requests.Count);
        Server[Path] = new Served([]) { Instead = c => PullTests.Redirect(c, "http://example.org/tiny.gguf") };
        Assert.Contains("http://example.org/tiny.gguf cannot be pulled: it is not https", (await RefusedAsync(StoreFault.BadRequest, Web(Path, Model))).Message, StringComparison.Ordinal);
        Server[Path] = new Served([]) { Instead = c => PullTests.Redirect(c, "file:///etc/passwd") };
        Assert.Contains("it is not https", (await RefusedAsync(StoreFault.BadRequest, Web(Path, Model))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_pulls_of_one_file_do_not_meet_and_two_of_two_files_go_on_at_once()
    {
        var (begun, held) = (new TaskCompletionSource(), new TaskCompletionSource());
        Server[Path] = new Served(Model)
        {
            Held = held.Task,
            Instead = _ =>
            {
                begun.TrySetResult();
                return Task.FromResult(false);
            },
        }.Breaking(1000);
        Server["/other.gguf"] = new Served(Other);
        var first = PullAsync(Web(Path, Model));
        await begun.Task;
        Assert.Contains($"is being pulled by process {Environment.ProcessId}", (await RefusedAsync(StoreFault.InUse, Web(Path, Model))).Message, StringComparison.Ordinal);
        Assert.Equal("other@1", (await PullAsync(Web("/other.gguf", Other))).Reference);
        held.SetResult();
        Assert.Equal("tiny@1", (await first).Reference);
        Assert.Equal(["", "bytes=1000-"], Ranges(Path));
    }

    [Fact]
    public async Task What_is_too_large_or_has_no_room_is_refused_before_anything_is_fetched()
    {
        Server.AddRepository("org/repo", ("tiny.gguf", Model));
        Assert.Contains("allow more with --max-gb", (await RefusedAsync(StoreFault.BadRequest, "hf:org/repo", Options(maxBytes: Model.Length - 1))).Message, StringComparison.Ordinal);
        var digest = ModelServer.Sha256(Model);
        Server["/api/models/org/huge/revision/main"] = new Served(System.Text.Encoding.UTF8.GetBytes(
            $$$"""{"sha":"main","siblings":[{"rfilename":"huge.gguf","size":1,"lfs":{"sha256":"{{{digest}}}","size":4000000000000000000}}]}"""));
        Assert.Contains("the disk is too full", (await RefusedAsync(StoreFault.Unavailable, "hf:org/huge", Options(maxBytes: long.MaxValue))).Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Server.Requests, r => r.Path.Contains("resolve", StringComparison.Ordinal));
        // Of one whose length nobody said, what comes is counted.
        Server[Path] = new Served(Model) { Length = false };
        await RefusedAsync(StoreFault.BadRequest, Web(Path, Model), Options(maxBytes: 1000));
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_not_waited_for_without_end()
    {
        Server[Path] = new Served(Model)
        {
            Instead = async context =>
            {
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                return true;
            },
        };
        Assert.Contains("sent nothing for", (await RefusedAsync(StoreFault.Unavailable, Web(Path, Model), Options(patience: TimeSpan.FromMilliseconds(100)))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(404, null, false, StoreFault.NotFound, "org/repo is not there")]
    [InlineData(404, "RevisionNotFound", false, StoreFault.NotFound, "org/repo has no revision 'main'")]
    [InlineData(401, null, false, StoreFault.Unavailable, "set HF_TOKEN to an access token")]
    [InlineData(401, null, true, StoreFault.Unavailable, "may not be read with the token in HF_TOKEN")]
    [InlineData(403, "GatedRepo", true, StoreFault.Unavailable, "accept its terms at")]
    [InlineData(401, "GatedRepo", false, StoreFault.Unavailable, "set HF_TOKEN to an access token of yours")]
    [InlineData(503, null, false, StoreFault.Unavailable, "answers with status 503")]
    [InlineData(418, null, false, StoreFault.Unavailable, "answers with status 418")]
    public async Task A_refusal_of_the_hub_says_what_to_do(int status, string? code, bool token, StoreFault fault, string line)
    {
        Server["/api/models/org/repo/revision/main"] = new Served([])
        {
            Instead = context =>
            {
                context.Response.StatusCode = status;
                if (code is not null)
                    context.Response.Headers["X-Error-Code"] = code;
                return Task.FromResult(true);
            },
        };
        Assert.Contains(line, (await RefusedAsync(fault, "hf:org/repo", Options(token ? Token : null))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"siblings\":3}")]
    [InlineData("{\"siblings\":[3]}")]
    [InlineData("{\"siblings\":[{}]}")]
    [InlineData("{\"siblings\":[{\"rfilename\":7}]}")]
    [InlineData("{\"sha\":7,\"siblings\":[]}")]
    [InlineData("{\"siblings\":[{\"rfilename\":\"../../tiny.gguf\",\"size\":1}]}")]
    public async Task A_listing_or_manifest_that_is_none_is_refused_in_one_line(string text)
    {
        Server["/api/models/org/repo/revision/main"] = Server["/v2/library/tiny/manifests/latest"] = new Served(System.Text.Encoding.UTF8.GetBytes(text));
        await RefusedAsync(StoreFault.BadRequest, "hf:org/repo");
        await RefusedAsync(StoreFault.BadRequest, "ollama:tiny");
    }

    private byte[] Put(string path, byte[] bytes)
    {
        Server[path] = new Served(bytes);
        return bytes;
    }
}
