"""All tables behind one object."""

from storage.arxiv_records import ArxivRecords
from storage.card_updates import CardUpdates
from storage.channel_names import ChannelNames
from storage.condition import Condition
from storage.deliveries import Deliveries
from storage.discussions import Discussions
from storage.engines.engine import Engine
from storage.events import Events
from storage.follows import Follows
from storage.greetings import Greetings
from storage.heartbeats import Heartbeats
from storage.installations import Installations
from storage.leases import Leases
from storage.link_choices import LinkChoices
from storage.listings import Listings
from storage.mistake_reports import MistakeReports
from storage.model_requests import ModelRequests
from storage.operator_notices import OperatorNotices
from storage.opinions import Opinions
from storage.organisation_workspaces import OrganisationWorkspaces
from storage.outdated_summaries import OutdatedSummaries
from storage.paper_versions import PaperVersions
from storage.papers import Papers
from storage.people import People
from storage.personal_settings import PersonalSettings
from storage.posts import Posts
from storage.readers import Readers
from storage.reconciliations import Reconciliations
from storage.saved_papers import SavedPapers
from storage.search import Search
from storage.search_index import SearchIndex
from storage.shown_links import ShownLinks
from storage.subscriptions import Subscriptions
from storage.summaries import Summaries
from storage.summary_failures import SummaryFailures
from storage.summary_requests import SummaryRequests
from storage.topic_requests import TopicRequests
from storage.topics import Topics
from storage.watched_papers import WatchedPapers
from storage.workspaces import Workspaces


class Tables:
    """The tables over one connection; synchronous, and called through a `Runner`."""

    def __init__(self, engine: Engine) -> None:
        self.search_index = SearchIndex(engine)
        self.search = Search(engine)
        self.arxiv_records = ArxivRecords(engine)
        self.papers = Papers(engine, self.search_index, self.arxiv_records)
        self.watched_papers = WatchedPapers(engine)
        self.paper_versions = PaperVersions(engine)
        self.outdated_summaries = OutdatedSummaries(engine)
        self.summaries = Summaries(engine, self.search_index)
        self.listings = Listings(engine, self.search_index)
        self.subscriptions = Subscriptions(engine)
        self.deliveries = Deliveries(engine)
        self.posts = Posts(engine)
        self.reconciliations = Reconciliations(engine)
        self.channel_names = ChannelNames(engine)
        self.leases = Leases(engine)
        self.greetings = Greetings(engine)
        self.link_choices = LinkChoices(engine)
        self.shown_links = ShownLinks(engine)
        self.events = Events(engine)
        self.operator_notices = OperatorNotices(engine)
        self.condition = Condition(engine)
        self.heartbeats = Heartbeats(engine)
        self.saved_papers = SavedPapers(engine, self.watched_papers)
        self.opinions = Opinions(engine)
        self.readers = Readers(engine, self.watched_papers)
        self.discussions = Discussions(engine)
        self.personal_settings = PersonalSettings(engine)
        self.follows = Follows(engine)
        self.topics = Topics(engine)
        self.people = People(engine)
        self.installations = Installations(engine)
        self.organisation_workspaces = OrganisationWorkspaces(engine)
        self.workspaces = Workspaces(engine)
        self.card_updates = CardUpdates(engine)
        self.mistake_reports = MistakeReports(engine)
        self.model_requests = ModelRequests(engine)
        self.topic_requests = TopicRequests(engine)
        self.summary_failures = SummaryFailures(engine)
        self.summary_requests = SummaryRequests(engine)
